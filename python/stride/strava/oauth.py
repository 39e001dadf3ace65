"""Connects an athlete by OAuth: in the browser with a local listener, or with a pasted address.

The answer contains a code that gives access to the account, so it is neither shown nor stored.
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
"""Requested scopes: read access to all activities, including private ones."""

_PATH = "/strava"
_PAGE = """<!doctype html><meta charset=utf-8><title>Stride</title>
<p>{}</p><p>You can close this window.</p>"""


class UnexpectedAnswer(StrideError):
    """An answer that does not belong to this login."""


def connect_by_browser(
    app: App, server: str, open_browser: Callable[[str], object], patience_s: float = 300
) -> Token:
    """Connect with a listener on this computer.

    Parameters
    ----------
    app : App
    server : str
    open_browser : callable
        Called with the address to open.
    patience_s : float
        Seconds to wait for the athlete.

    Returns
    -------
    Token

    Raises
    ------
    StrideError
        If the athlete declines, unticks a permission or does not answer in time.
    """
    with _Listener() as listener:
        open_browser(authorization_url(app, server, listener.redirect, listener.state))
        return _exchange(app, server, listener.wait(patience_s))


def connect_by_address(
    app: App, server: str, ask: Callable[[str], str], redirect: str = "http://localhost/strava"
) -> Token:
    """Connect with the final address of the browser, pasted by the athlete.

    Parameters
    ----------
    app : App
    server : str
    ask : callable
        Takes the address to open, returns the pasted one.
    redirect : str
        Address that Strava redirects to; nothing needs to listen there.

    Returns
    -------
    Token

    Raises
    ------
    StrideError
        If the athlete declines or unticks a permission.
    """
    state = secrets.token_urlsafe(24)
    return _exchange(
        app, server, code_of(ask(authorization_url(app, server, redirect, state)), state)
    )


def authorization_url(app: App, server: str, redirect: str, state: str) -> str:
    """Return the address where Strava asks the athlete for permission."""
    protocol = api.connect(lambda headers, method: None, server)
    asked = protocol.authorization_url(
        app.client_id, redirect, approval_prompt="force", scope=list(SCOPES), state=state
    )
    return protocol.resolve_url(asked)


def code_of(address: str, state: str) -> str:
    """Extract the code from the address that Strava redirects the browser to.

    Parameters
    ----------
    address : str
        Complete, or from the path on.
    state : str
        Random text sent with the request.

    Returns
    -------
    str

    Raises
    ------
    StrideError
        If the address does not belong to this login, or a permission is missing.

    Examples
    --------
    >>> code_of("http://localhost/strava?state=s&code=c&scope=read,activity:read_all", "s")
    'c'
    """
    try:
        answer = {
            key: values[-1] for key, values in parse_qs(urlsplit(address.strip()).query).items()
        }
    except ValueError:
        answer = {}
    if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise UnexpectedAnswer(
            "This address does not belong to this login: paste the complete address that the "
            "browser ended on, from http:// to the end."
        )
    if "error" in answer or not answer.get("code"):
        raise StrideError("Access was declined at Strava: nothing was connected.")
    missing = [scope for scope in SCOPES if scope not in answer.get("scope", "").split(",")]
    if missing:
        raise StrideError(
            f"The permission {' and '.join(missing)} is missing: log in again and leave every box "
            "ticked."
        )
    return answer["code"]


def _exchange(app: App, server: str, code: str) -> Token:
    from stride.strava.client import outcome

    protocol = api.connect(lambda headers, method: None, server)
    kind, answer = outcome(
        lambda: protocol.exchange_code_for_token(app.client_id, app.secret, code, True)
    )
    if kind != "answer":
        why = "the client id or secret is wrong" if kind != "broken" else "it does not answer"
        raise StrideError(f"Strava gave no token ({why}): run stride strava login again.")
    info, athlete = answer
    strava_id = athlete.get("id") if isinstance(athlete, dict) else None
    return Token(info["access_token"], info["refresh_token"], info["expires_at"], strava_id)


class _Listener:
    """Waits on this computer for the redirect of the browser."""

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
                """Do not log, as the line would contain the code."""

        # Reachable only from this computer, at any free port.
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.timeout = 0.5
        self.redirect = f"http://127.0.0.1:{self.server.server_port}{_PATH}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.server_close()

    def wait(self, patience_s: float) -> str:
        """Serve requests until the answer arrives or the time is over."""
        end = time.monotonic() + patience_s
        while not self.code and not self.problem and time.monotonic() < end:
            self.server.handle_request()
        if self.problem:
            raise self.problem
        if not self.code:
            raise StrideError(
                "Strava's question was not answered in time: run stride strava login again, or "
                "with --no-browser."
            )
        return self.code

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        status, text = 200, "Stride is connected to Strava."
        if urlsplit(handler.path).path != _PATH:
            status, text = 404, "Not found."
        else:
            try:
                self.code = code_of(handler.path, self.state)
            except UnexpectedAnswer as unexpected:
                status, text = 400, str(unexpected)  # from another login: continue waiting
            except StrideError as problem:
                self.problem, text = problem, str(problem)
        body = _PAGE.format(text).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Referrer-Policy", "no-referrer")
        handler.send_header("Cache-Control", "no-store")
        handler.end_headers()
        handler.wfile.write(body)
