"""Login to a local Strava server: who can connect, and that no secret is ever shown."""

import json
import logging
import os
import stat
import sys
import threading
import time
import traceback
import types
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from local_strava import CLIENT_ID, CLIENT_SECRET, FAULTS, Account, LocalStrava, year

from stride.cli import main
from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.strava import api, oauth
from stride.strava.limits import Limits
from stride.strava.state import States
from stride.strava.stores import FileStore
from stride.strava.tokens import App, Token, Tokens

PERSONAL = ("Geheimnis", "Zwischen-Tür", "geheim ")
LOGIN = ("login", "--athlete", "ana", "--timezone", "Europe/Lisbon")


class Browser:
    """Grants permission as the athlete would, and follows Strava's redirect."""

    def __init__(self):
        self.addresses, self.threads = [], []

    def open(self, address: str) -> bool:
        self.threads.append(threading.Thread(target=self.visit, args=(address,)))
        self.threads[-1].start()
        return True

    def visit(self, address: str) -> None:
        try:
            with urllib.request.urlopen(address, timeout=10) as page:
                self.addresses.append(page.url)
        except urllib.error.HTTPError as problem:
            self.addresses.append(problem.url)
        except OSError as problem:  # nothing listens at the redirect address
            self.addresses.append(str(problem))


@pytest.fixture
def strava():
    accounts = [Account(1, year(12)), Account(2, year(10))]
    for number in (1, 2):
        for row in accounts[number - 1].activities.values():
            row["athlete"] = {"id": number}
    with LocalStrava(*accounts) as server:
        yield server


@pytest.fixture
def home(tmp_path, strava, monkeypatch):
    """A separate home, the application in the environment, and no connected athlete."""
    for name, value in {
        "STRIDE_HOME": tmp_path / "home",
        "STRIDE_STRAVA_URL": strava.url,
        "STRAVA_CLIENT_ID": CLIENT_ID,
        "STRAVA_CLIENT_SECRET": CLIENT_SECRET,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, str(value))
    for name in ("STRAVA_REFRESH_TOKENS", "STRIDE_LANDING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    really = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: really(0.001))
    return tmp_path / "home"


@pytest.fixture
def browser(monkeypatch):
    made = Browser()
    monkeypatch.setattr("webbrowser.open", made.open)
    return made


def stride(*arguments: str, answer: str | None = None):
    return CliRunner().invoke(main, arguments, input=answer, catch_exceptions=True)


def run(*arguments: str, answer: str | None = None):
    return stride("strava", *arguments, answer=answer)


def ok(done) -> str:
    assert done.exit_code == 0, done.output + str(done.exception)
    return done.output


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


# ---------------------------------------------------------------------------- login and logout


def test_from_login_to_logout(home, strava, browser):
    output = ok(run(*LOGIN))
    assert "ana: connected; the token is in a file that only you can read, in " in output
    token = home / "strava" / "tokens" / "athlete-ana.json"
    assert mode(token) == "0o600" and mode(token.parent) == "0o700"
    assert States(home / "strava").read("ana").strava_id == 1
    assert "ana: 12 activities new, 0 changed, 0 gone." in ok(run("sync"))
    output = ok(run("status"))
    assert "activities  12" in output and "in a file that only you can read" in output
    # If a connected athlete were erased, the next sync would import everything again.
    done = stride("erase", "--athlete", "ana", "--yes")
    assert done.exit_code == 1 and "stride strava logout --athlete ana first" in done.output
    output = ok(run("logout", "--athlete", "ana"))
    assert "disconnected at Strava" in output and "the token is deleted" in output
    assert strava.accounts[1].access is None
    assert not token.exists() and States(home / "strava").athletes() == []
    assert run("sync").exit_code == 1 and "No athlete is connected" in run("sync").output
    ok(stride("erase", "--athlete", "ana", "--yes"))


def test_logout_deletes_the_token_even_if_strava_does_not_answer(home, strava, browser):
    ok(run(*LOGIN))
    strava.fault_at = lambda number, path: "503"
    done = run("logout", "--athlete", "ana")
    assert done.exit_code == 0 and "remove Stride at strava.com/settings/apps" in done.output
    assert not (home / "strava" / "tokens" / "athlete-ana.json").exists()


def test_login_with_a_pasted_address(home, strava, monkeypatch):
    browser = Browser()

    def paste(question):
        browser.visit(question)
        return browser.addresses[-1]

    class Follow(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, request, file, code, message, headers, url):
            browser.addresses.append(url)
            raise OSError(url)

    urllib.request.install_opener(urllib.request.build_opener(Follow))
    try:
        monkeypatch.setattr("stride.commands.strava._ask_answer", paste)
        ok(run(*LOGIN, "--no-browser"))
    finally:
        urllib.request.install_opener(None)
    assert browser.addresses[-1].startswith("http://localhost/strava?state=")
    assert "12 activities new" in ok(run("sync"))


@pytest.mark.parametrize(
    ("granted", "sentence"),
    [
        ("read", "permission activity:read_all is missing"),
        ("activity:read_all", "permission read is missing"),
        ("", "Access was declined at Strava"),
    ],
)
def test_an_athlete_who_declines_a_permission_is_not_connected(
    home, strava, browser, granted, sentence
):
    strava.granted = granted
    done = run(*LOGIN)
    assert done.exit_code == 1 and sentence in done.output
    assert "POST /oauth/token" not in strava.requests
    assert States(home / "strava").athletes() == []


@pytest.mark.parametrize(
    "address",
    [
        *("", "code-1", "http://[::1"),
        "http://localhost/strava?code=c&scope=read,activity:read_all",
        "http://localhost/strava?state=other&code=c&scope=read,activity:read_all",
    ],
)
def test_an_answer_of_another_login_is_refused(address):
    with pytest.raises(StrideError, match="does not belong to this login"):
        oauth.code_of(address, "state")


def test_an_answer_of_another_login_does_not_end_the_waiting(home, strava, monkeypatch):
    browser = Browser()

    def open_(question):
        def visit():
            redirect = question.split("redirect_uri=")[1].split("&")[0]
            redirect = urllib.request.unquote(redirect)
            browser.visit(f"{redirect}?state=guessed&code=evil&scope=read,activity:read_all")
            browser.visit(f"{redirect}/else")
            browser.visit(question)

        threading.Thread(target=visit).start()

    monkeypatch.setattr("webbrowser.open", open_)
    ok(run(*LOGIN))
    assert Tokens(home / "strava" / "tokens").read("ana").access == strava.accounts[1].access


def test_login_times_out(strava, home):
    with pytest.raises(StrideError, match="was not answered in time"):
        oauth.connect_by_browser(App(1, "s"), strava.url, lambda question: None, patience_s=0.1)


def test_a_wrong_secret_is_reported(home, strava, browser, monkeypatch):
    monkeypatch.setenv("STRAVA_CLIENT_SECRET", "wrong")
    done = run(*LOGIN)
    assert done.exit_code == 1 and "the client id or secret is wrong" in done.output


def test_the_application_is_asked_for_once(home, strava, browser, monkeypatch):
    monkeypatch.delenv("STRAVA_CLIENT_ID")
    monkeypatch.delenv("STRAVA_CLIENT_SECRET")
    assert "API application is not configured" not in ok(
        run(*LOGIN, answer=f"{CLIENT_ID}\n{CLIENT_SECRET}\n")
    )
    assert mode(home / "strava" / "tokens" / "application.json") == "0o600"
    assert "12 activities new" in ok(run("sync"))


def test_one_account_is_one_athlete(home, strava, browser):
    ok(run(*LOGIN))
    done = run("login", "--athlete", "bob", "--timezone", "Europe/Lisbon")
    assert done.exit_code == 1 and "already connected as ana" in done.output
    del strava.accounts[1]
    done = run(*LOGIN)
    assert done.exit_code == 1 and "ana is connected to another Strava account" in done.output


def test_a_new_athlete_needs_a_zone(home, strava, browser):
    done = run("login", "--athlete", "ana")
    assert done.exit_code == 1 and "ana is new: set the time zone of the athlete" in done.output


# ---------------------------------------------------------------------------- tokens


def connect(home, strava, monkeypatch, **athletes):
    """Connect athletes by the environment, as on Databricks."""
    seeds = {name: strava.accounts[number].refresh for name, number in athletes.items()}
    monkeypatch.setenv("STRAVA_REFRESH_TOKENS", json.dumps(seeds))
    for name in athletes:
        ok(stride("athlete", "add", name, "--timezone", "Europe/Lisbon"))


def test_a_renewed_token_of_the_environment_is_kept_until_it_has_another(home, strava, monkeypatch):
    connect(home, strava, monkeypatch, ana=1)
    ok(run("sync"))
    assert strava.accounts[1].refresh == "refresh-1-1"
    strava.accounts[1].expires_at = 0
    ok(run("sync"))
    assert strava.accounts[1].refresh == "refresh-1-2"
    assert "in the environment (STRAVA_REFRESH_TOKENS)" in ok(run("status"))
    monkeypatch.setenv("STRAVA_REFRESH_TOKENS", '{"ana": "of another day"}')
    done = run("sync")
    assert done.exit_code == 1 and "no longer accepts the connection of ana" in done.output
    monkeypatch.delenv("STRAVA_REFRESH_TOKENS")
    assert "missing: log in again" in ok(run("status"))
    monkeypatch.setenv("STRAVA_REFRESH_TOKENS", "refresh-1-2")
    assert "STRAVA_REFRESH_TOKENS can't be used" in run("sync").output


def test_a_renewed_token_is_stored_before_it_is_used(home, strava, monkeypatch):
    connect(home, strava, monkeypatch, ana=1)

    def full(self, name, text):
        raise OSError(28, "No space left on device", str(home))

    with monkeypatch.context() as patched:
        patched.setattr(FileStore, "write", full)
        done = run("sync")
    assert done.exit_code == 1 and "No space left on device" in done.output
    assert strava.requests == ["POST /oauth/token"]


def test_the_keyring_is_used_if_there_is_one(home, strava, browser, monkeypatch):
    kept = {}
    fake = types.SimpleNamespace(
        get_keyring=lambda: types.SimpleNamespace(priority=5),
        get_password=lambda service, name: kept.get((service, name)),
        set_password=lambda service, name, text: kept.update({(service, name): text}),
        delete_password=lambda service, name: kept.pop((service, name)),
    )
    ok(run(*LOGIN))
    monkeypatch.setitem(sys.modules, "keyring", fake)
    # An existing file is still read; the next token is written to the keyring only.
    strava.accounts[1].expires_at = 0
    tokens = Tokens(home / "strava" / "tokens")
    tokens.write("ana", Token(**{**vars(tokens.read("ana")), "expires_at": 0}))
    assert not (home / "strava" / "tokens" / "athlete-ana.json").exists()
    ok(run("sync"))
    ((service, name),) = kept
    assert service == "stride-strava" and name.endswith(":athlete-ana")
    assert strava.accounts[1].refresh in kept[service, name]
    assert "in the keyring of this system" in ok(run("status"))
    ok(run("logout", "--athlete", "ana"))
    assert kept == {}
    # `fail` is keyring's backend on a computer without one.
    fake.get_keyring = lambda: types.SimpleNamespace(priority=0)
    assert "a file that only you can read" in ok(run(*LOGIN))


@pytest.mark.parametrize("url", ["http://strava.example", "ftp://127.0.0.1", "strava.com"])
def test_tokens_are_never_sent_unencrypted(url, monkeypatch):
    monkeypatch.setenv("STRIDE_STRAVA_URL", url)
    with pytest.raises(StrideError, match="must begin with https://"):
        api.address()


def test_a_netrc_does_not_replace_the_token(monkeypatch, tmp_path):
    import requests

    netrc = tmp_path / "netrc"
    netrc.write_text("machine strava.example login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    asked = requests.Request("GET", "https://strava.example/a", {"Authorization": "Bearer x"})
    session = api.connect(print, "https://strava.example").rsession
    assert session.prepare_request(asked).headers["Authorization"] == "Bearer x"
    assert requests.Session().prepare_request(asked).headers["Authorization"] != "Bearer x"


# ---------------------------------------------------------------------------- several athletes


def test_one_failing_athlete_does_not_stop_the_others(home, strava, monkeypatch):
    connect(home, strava, monkeypatch, ana=1, bob=2)
    strava.accounts[1].revoke()
    done = run("sync")
    assert done.exit_code == 1
    assert "ana: Strava no longer accepts the connection of ana" in done.output
    assert "bob: 10 activities new" in done.output
    assert "1 of 2 athletes could not be synced" in done.output
    assert "carl is not connected" in run("sync", "--athlete", "carl").output


def test_a_bug_is_raised_after_the_other_athletes_are_synced(home, strava, monkeypatch):
    from stride.strava import sync

    connect(home, strava, monkeypatch, ana=1, bob=2)
    real = sync.sync_athlete

    def faulty(client, *arguments):
        if client.athlete_id == "ana":
            raise KeyError("Geheimnis")
        return real(client, *arguments)

    monkeypatch.setattr(sync, "sync_athlete", faulty)
    done = run("sync")
    assert isinstance(done.exception, KeyError) and "Geheimnis" not in done.output
    assert "ana: Stride failed (KeyError)." in done.output
    assert "bob: 10 activities new" in done.output


def test_an_inactive_application_stops_all_athletes(home, strava, monkeypatch):
    connect(home, strava, monkeypatch, ana=1, bob=2)
    strava.is_inactive = True
    done = run("sync")
    assert done.exit_code == 1 and "its owner needs a subscription" in done.output
    assert len(strava.requests) == 2  # one token, one refusal


def test_a_token_of_another_account_is_refused(home, strava, monkeypatch):
    connect(home, strava, monkeypatch, ana=1)
    ok(run("sync"))
    seeds = json.dumps({"ana": strava.accounts[2].refresh})
    monkeypatch.setenv("STRAVA_REFRESH_TOKENS", seeds)
    done = run("sync")
    assert done.exit_code == 1 and "belongs to another Strava account" in done.output
    assert len(landed.read(home / "landing", "activities", "ana", ["activity_id"])) == 12


def test_two_commands_at_a_time_would_renew_a_token_twice(home, strava, browser):
    from stride.strava.lock import alone

    ok(run(*LOGIN))
    with alone(home / "strava", dict):
        assert "Another stride strava command is at work" in run("sync").output


# ---------------------------------------------------------------------------- secrets


def test_no_secret_and_nothing_personal_is_ever_shown(home, strava, browser, monkeypatch, caplog):
    caplog.set_level(logging.NOTSET)
    for name in ("urllib3", "requests", "stravalib", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    shown = []

    def note(done):
        shown.append(done.output)
        if done.exc_info and done.exc_info[0] is not SystemExit:
            shown.append("".join(traceback.format_exception(*done.exc_info)))

    note(run(*LOGIN))
    everything = iter(range(10**6))
    strava.fault_at = lambda number, path: (
        FAULTS[next(everything) % len(FAULTS)] if number % 2 else None
    )
    note(run("sync", "--details", "--streams"))
    strava.accounts[1].forbidden = set(list(strava.accounts[1].activities)[:3])
    note(run("sync", "--full"))
    for fault in ("401", "400", "403", "500", "hang_up", "half_json"):
        strava.accounts[1].expires_at = 0
        strava.fault_at = lambda number, path, fault=fault: fault
        note(run("sync"))
    strava.fault_at = lambda number, path: "half_json" if "token" in path else None
    note(run("logout", "--athlete", "ana"))
    note(run("login", "--athlete", "bob", "--timezone", "Europe/Lisbon"))
    strava.fault_at = lambda number, path: None
    note(run("status"))
    monkeypatch.setenv("STRAVA_REFRESH_TOKENS", '{"ana": "of-the-environment"}')
    note(run("sync"))
    note(run("status"))

    secrets = {CLIENT_SECRET, "of-the-environment"} | strava.accounts[1].secrets
    assert len(secrets) > 10 and "12 activities new" in "".join(shown)
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "/api/v3/athlete/activities" in logged  # the log is not empty
    kept = "".join(
        "".join(map(str, landed.read(home / "landing", kind, "ana", columns)))
        for kind, columns in {
            "activities": ["raw_row", "source_file", "unreadable_cells"],
            "imports": ["source_file", "refused_files"],
        }.items()
    )
    states = "".join(file.read_text() for file in (home / "strava").glob("*.json"))
    for secret in secrets:
        assert secret not in "".join(shown), secret
        assert secret not in logged, secret
        assert secret not in kept + states, secret
    for text in PERSONAL:
        assert text not in "".join(shown) and text not in logged and text not in states
    token = Token("secret-a", "secret-r", 5, 1, "secret-s")
    assert "secret" not in f"{token} {token!r} {App(1, 'secret')!r}"


def test_stravalib_does_not_change_the_settings_of_the_process(strava):
    code = (
        "import logging, warnings; before = list(warnings.filters), warnings.showwarning\n"
        "from stride.strava import api; api.connect(print)\n"
        "assert (list(warnings.filters), warnings.showwarning) == before\n"
        "assert not logging.getLogger().handlers\n"
        "logging.captureWarnings(True); assert warnings.showwarning is not before[1]"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", done.stderr.decode()


def test_commands_without_requests_do_not_load_stravalib(home):
    import subprocess

    code = "import sys; from stride.cli import main; main(['strava', 'status'])"
    code = f"import atexit, sys; atexit.register(lambda: print(sorted(sys.modules)))\n{code}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert "No athlete is connected" in done.stdout and "'stride.cli'" in done.stdout
    assert not {"'stravalib'", "'requests'", "'pydantic'"} & set(done.stdout.split(", "))


def test_a_reached_limit_names_the_time_to_continue():
    from datetime import UTC, datetime

    moment = datetime(2026, 11, 24, 5, 3, tzinfo=UTC)
    limits = Limits(waits=False, now=lambda: moment)
    limits.note({"X-RateLimit-Limit": "200,2000", "X-RateLimit-Usage": "200,900"})
    with pytest.raises(
        StrideError, match="after 05:15 UTC on 24 Nov 2026; what was downloaded is kept"
    ):
        limits.hold()
    limits.note({"X-RateLimit-Limit": "nonsense", "X-RateLimit-Usage": "1"})
    limits.hold()
