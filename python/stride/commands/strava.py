"""The commands ``stride strava``."""

import click

from stride import paths
from stride.errors import StrideError
from stride.plural import counted


@click.group()
def strava():
    """Sync activities from Strava's API, without exports.

    You need your own API application (strava.com/settings/api), which requires a Strava
    subscription, with the callback domain localhost. Its id and secret come from
    STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET, or you are asked for them once.

    Strava's terms forbid training models on data of its API. So a race is used for training only if
    it and the training before it are also in an export or a recording.
    """


_one_athlete = click.option(
    "--athlete", "athlete_id", metavar="ID", required=True, help="A short name, such as ana."
)


@strava.command()
@_one_athlete
@click.option("--timezone", metavar="ZONE", help="Time zone of a new athlete, e.g. Europe/Lisbon.")
@click.option("--no-browser", is_flag=True, help="Show the address and ask for the resulting one.")
def login(athlete_id, timezone, no_browser):
    """Connect an athlete: Strava asks in the browser for permission to read the activities."""
    from dataclasses import replace

    from stride.ingest import landing
    from stride.ingest.athletes import land_settings
    from stride.strava import api, oauth
    from stride.strava.tokens import VARIABLE

    with _alone() as (tokens, states):
        if athlete_id in tokens.given():
            raise StrideError(f"{VARIABLE} already connects {athlete_id}: remove it there first.")
        # Checked before the login, because an athlete without a time zone can't be synced.
        with landing.writing(paths.landing()):
            land_settings(paths.landing(), athlete_id, {"time_zone": timezone or ""})
        app = tokens.app() or _ask_app(tokens)
        if no_browser:
            token = oauth.connect_by_address(app, api.address(), _ask_answer)
        else:
            token = oauth.connect_by_browser(app, api.address(), _open_browser)
        state = states.read(athlete_id)
        owner = states.owner(token.strava_id) if token.strava_id else None
        # Not revoked, because that would disconnect the other athlete too.
        if owner not in (None, athlete_id):
            raise StrideError(f"This Strava account is already connected as {owner}.")
        if token.strava_id and state.strava_id not in (None, token.strava_id):
            raise StrideError(
                f"{athlete_id} is connected to another Strava account: run stride strava logout "
                f"--athlete {athlete_id} first."
            )
        tokens.write(athlete_id, token)
        states.write(athlete_id, replace(state, strava_id=token.strava_id or state.strava_id))
        click.echo(
            f"{athlete_id}: connected; the token is in {tokens.where(athlete_id)}. "
            "Next: stride strava sync"
        )


@strava.command()
@_one_athlete
def logout(athlete_id):
    """Disconnect an athlete: revoke the permission and delete the token.

    Synced activities stay; stride erase removes them.
    """
    from stride.strava import api
    from stride.strava.client import Client
    from stride.strava.limits import Limits
    from stride.strava.tokens import VARIABLE

    with _alone() as (tokens, states):
        if tokens.where(athlete_id) is None and athlete_id not in states.athletes():
            raise StrideError(f"{athlete_id} is not connected to Strava.")
        try:
            limits = Limits(waits=False, say=click.echo)
            Client(athlete_id, tokens, _app(tokens), limits, api.address()).revoke()
            click.echo(f"{athlete_id}: disconnected at Strava.")
        except StrideError as problem:
            click.echo(
                f"{athlete_id}: {problem} To be sure, remove Stride at strava.com/settings/apps.",
                err=True,
            )
        given = athlete_id in tokens.given()
        tokens.delete(athlete_id)
        states.delete(athlete_id)
        click.echo(
            f"{athlete_id}: the token is deleted."
            + (f" Remove it from {VARIABLE} too." if given else "")
        )


@strava.command()
@click.option("--athlete", "only", metavar="ID", multiple=True, help="Only this athlete.")
@click.option(
    "--details/--no-details", default=None, help="Details of each activity; 1 request each."
)
@click.option(
    "--streams/--no-streams",
    default=None,
    help="Zones and best efforts from the samples; 1 request each. Samples are not stored.",
)
@click.option(
    "--overlap",
    "overlap_days",
    metavar="DAYS",
    default=30,
    show_default=True,
    type=click.IntRange(2, 3650),
    help="Days before the last sync to check for edits.",
)
@click.option("--full", is_flag=True, help="Compare all activities now instead of once a week.")
@click.option("--wait/--no-wait", default=True, help="Wait when the 15-minute limit is used up.")
def sync(only, details, streams, overlap_days, full, wait):
    """Import activities that are new, changed or deleted since the last sync.

    --details and --streams are stored for the next sync. A sync can be stopped at any time; the
    next one continues.
    """
    from stride.strava import api
    from stride.strava.client import ApplicationRefused, Client
    from stride.strava.limits import LimitReached, Limits
    from stride.strava.sync import Options, sync_athlete

    options = Options(details, streams, overlap_days, full)
    with _alone() as (tokens, states):
        athletes = _chosen(only, tokens, states)
        app, limits, server = _app(tokens), Limits(waits=wait, say=click.echo), api.address()
        # The athlete synced longest ago comes first, as the daily limit may not suffice for all.
        athletes.sort(key=lambda athlete: str(states.read(athlete).synced_to or ""))
        failed, fault = 0, None
        for athlete_id in athletes:
            try:
                client = Client(athlete_id, tokens, app, limits, server)
                _say(athlete_id, sync_athlete(client, paths.landing(), states, options))
            except (LimitReached, ApplicationRefused):
                raise  # applies to every athlete
            except (StrideError, OSError) as problem:
                failed += 1
                click.echo(f"{athlete_id}: {_sentence(problem)}", err=True)
            except Exception as problem:  # a bug: raised after the other athletes are synced
                failed, fault = failed + 1, problem
                click.echo(f"{athlete_id}: Stride failed ({type(problem).__name__}).", err=True)
        if fault:
            raise fault
        if failed:
            raise StrideError(
                f"{failed} of {counted(len(athletes), 'athlete')} could not be synced."
            )


@strava.command()
def status():
    """Show the connected athletes and the progress of each sync, without requests to Strava."""
    from stride.strava.landed_activities import read_landed
    from stride.strava.sync import backlog

    tokens, states = _kept()
    athletes = sorted({*states.athletes(), *tokens.given()})
    if not athletes:
        click.echo("No athlete is connected to Strava: run stride strava login --athlete ID.")
    for athlete_id in athletes:
        state = states.read(athlete_id)
        asked = " and ".join(p for p in ("details", "streams") if getattr(state, p))
        waiting = len(backlog(paths.landing(), athlete_id, state))
        synced = f"{state.synced_to:%Y-%m-%d %H:%M} UTC" if state.synced_to else "never"
        click.echo(athlete_id)
        where = tokens.where(athlete_id)
        click.echo(f"  token       {f'in {where}' if where else 'missing: log in again'}")
        click.echo(f"  last sync   {synced}")
        click.echo(f"  activities  {len(read_landed(paths.landing(), athlete_id)):,}")
        if asked:
            click.echo(f"  requested   {asked}; {waiting:,} pending")


# ---------------------------------------------------------------------------- what they share


def _kept():
    from stride.strava.state import States
    from stride.strava.tokens import Tokens

    return Tokens(paths.strava() / "tokens"), States(paths.strava())


def _alone():
    """Lock and open the tokens and states; the lock prevents renewing a token twice."""
    from stride.strava.lock import alone

    return alone(paths.strava(), _kept)


def _app(tokens):
    app = tokens.app()
    if app is None:
        raise StrideError(
            "Your API application is not configured: set STRAVA_CLIENT_ID and "
            "STRAVA_CLIENT_SECRET (strava.com/settings/api), or run stride strava login."
        )
    return app


def _ask_app(tokens):
    from stride.strava.tokens import App

    click.echo("Your API application, as strava.com/settings/api shows it:")
    client_id = click.prompt("Client ID", type=click.IntRange(1))
    app = App(client_id, click.prompt("Client secret", hide_input=True).strip())
    tokens.write_app(app)
    return app


def _open_browser(question: str) -> None:
    import webbrowser

    click.echo(f"Strava asks for permission in the browser. If none opens, open:\n{question}")
    webbrowser.open(question)


def _ask_answer(question: str) -> str:
    click.echo(f"Open this address in a browser and agree:\n{question}")
    click.echo("The browser ends on a page that can't be shown. Copy the address of that page.")
    # Hidden, because it gives access to the account.
    return click.prompt("Paste the complete address", hide_input=True)


def connected() -> set[str]:
    """Athletes who are connected to Strava."""
    tokens, states = _kept()
    return {*states.athletes(), *tokens.given()}


def _chosen(only, tokens, states) -> list[str]:
    connected = {*states.athletes(), *tokens.given()}
    for athlete_id in only:
        if athlete_id not in connected:
            raise StrideError(
                f"{athlete_id} is not connected: run stride strava login --athlete {athlete_id}."
            )
    if not connected:
        raise StrideError(
            "No athlete is connected to Strava: run stride strava login --athlete ID."
        )
    return sorted(set(only) or connected)


def _say(athlete_id: str, synced) -> None:
    parts = [f"{counted(synced.new, 'activity', 'activities')} new", f"{synced.changed:,} changed"]
    parts += [f"{synced.gone:,} gone"]
    if synced.completed:
        parts.append(f"{synced.completed:,} with details or streams")
    click.echo(f"{athlete_id}: {', '.join(parts)}.")
    for sentence in synced.refused[:5]:
        click.echo(f"  {sentence}", err=True)
    if len(synced.refused) > 5:
        click.echo(f"  and {len(synced.refused) - 5:,} more.", err=True)


def _sentence(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename or paths.home()} can't be used: {problem.strerror}."
    return str(problem)
