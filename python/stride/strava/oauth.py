"""Connects an athlete: the browser asks, and Strava answers to this machine or by a pasted address.

The answer carries a code that opens the account, so it is shown and kept nowhere.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from stride.errors import StrideError
from stride.strava import api
from stride.strava.tokens import App, Token

SCOPES = ("read", "activity:read_all")
"""What Stride asks for: activities, those of followers and private ones too; nothing is written."""

_PATH = "/strava"
_PAGE = """<!doctype html><meta charset=utf-8><title>Stride</title>
<p>{}</p><p>You can close this window.</p>"""


class StrangeAnswer(StrideError):
    """An answer to a question that was not asked here."""


def connect_by_browser(
    app: App, server: str, open_browser: Callable[[str], object], patience_s: float = 300
) -> Token:
    """Connect with an answer to this machine.

    Parameters
    ----------
    app : App
    server : str
    open_browser : callable
        Given the address to open.
    patience_s : float
        How long to wait for the athlete.

    Returns
    -------
    Token

    Raises
    ------
    StrideError
        If the athlete does not agree, not to everything, or not in time.
    """
    with _Listener() as listener:
        open_browser(question(app, server, listener.redirect, listener.state))
        return _exchange(app, server, listener.wait(patience_s))


def connect_by_address(
    app: App, server: str, ask: Callable[[str], str], redirect: str = "http://localhost/strava"
) -> Token:
    """Connect with the address that the browser ends on, pasted by the athlete.

    Parameters
    ----------
    app : App
    server : str
    ask : callable
        From the address to open to the one that was pasted.
    redirect : str
        Where nothing needs to be.

    Returns
    -------
    Token

    Raises
    ------
    StrideError
        If the athlete does not agree, or not to everything.
    """
    state = secrets.token_urlsafe(24)
    return _exchange(app, server, code_of(ask(question(app, server, redirect, state)), state))


def question(app: App, server: str, redirect: str, state: str) -> str:
    """The address at which Strava asks the athlete."""
    protocol = api.connect(lambda headers, method: None, server)
    asked = protocol.authorization_url(
        app.client_id, redirect, approval_prompt="force", scope=list(SCOPES), state=state
    )
    return protocol.resolve_url(asked)


def code_of(address: str, state: str) -> str:
    """Read the code out of the address that Strava sends the browser to.

    Parameters
    ----------
    address : str
        Whole, or from the path on.
    state : str
        What was sent along with the question.

    Returns
    -------
    str

    Raises
    ------
    StrideError
        If it is no answer to this question, or not the wanted one.

    Examples
    --------
    >>> code_of("http://localhost/strava?state=s&code=c&scope=read,activity:read_all", "s")
    'c'
    """
    try:
        said = {
            key: values[-1] for key, values in parse_qs(urlsplit(address.strip()).query).items()
        }
    except ValueError:
        said = {}
    if not hmac.compare_digest(said.get("state", "").encode(), state.encode()):
        raise StrangeAnswer(
            "This is no answer to this login: paste the whole address that the browser ended on, "
            "from http:// to the end."
        )
    if "error" in said or not said.get("code"):
        raise StrideError("Strava was not allowed to let Stride in: nothing was connected.")
    missing = [scope for scope in SCOPES if scope not in said.get("scope", "").split(",")]
    if missing:
        raise StrideError(
            f"Stride was not allowed {' and '.join(missing)}: run it again and leave every box "
            "ticked."
        )
    return said["code"]


def _exchange(app: App, server: str, code: str) -> Token:
    from stride.strava.client import outcome

    protocol = api.connect(lambda headers, method: None, server)
    kind, answer = outcome(
        lambda: protocol.exchange_code_for_token(app.client_id, app.secret, code, True)
    )
    if kind != "answer":
        why = "the client id and secret are not right" if kind != "broken" else "it does not answer"
        raise StrideError(f"Strava gave no token ({why}): run stride strava login again.")
    info, athlete = answer
    strava_id = athlete.get("id") if isinstance(athlete, dict) else None
    return Token(info["access_token"], info["refresh_token"], info["expires_at"], strava_id)


class _Listener:
    """Waits on this machine for the browser to come back."""

    def __init__(self):
        self.state = secrets.token_urlsafe(24)
        self.code: str | None = None
        self.problem: StrideError | None = None
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self):
                listener._answer(self)

            def log_message(self, *_):
                """Nothing: the line would show the code."""

        # Only this machine can reach it; the port is whatever is free.
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.timeout = 0.5
        self.redirect = f"http://127.0.0.1:{self.server.server_port}{_PATH}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.server_close()

    def wait(self, patience_s: float) -> str:
        """Serve until the answer is there."""
        end = time.monotonic() + patience_s
        while not self.code and not self.problem and time.monotonic() < end:
            self.server.handle_request()
        if self.problem:
            raise self.problem
        if not self.code:
            raise StrideError(
                "Nobody answered Strava's question in time: run stride strava login again, or with "
                "--no-browser."
            )
        return self.code

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        status, said = 200, "Stride is connected to Strava."
        if urlsplit(handler.path).path != _PATH:
            status, said = 404, "There is nothing here."
        else:
            try:
                self.code = code_of(handler.path, self.state)
            except StrangeAnswer as strange:
                status, said = 400, str(strange)  # somebody else's: go on waiting
            except StrideError as problem:
                self.problem, said = problem, str(problem)
        body = _PAGE.format(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Referrer-Policy", "no-referrer")
        handler.send_header("Cache-Control", "no-store")
        handler.end_headers()
        handler.wfile.write(body)
