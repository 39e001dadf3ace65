"""``stride alert``: mutes and unmutes alerts."""

from datetime import date

import click

from stride import paths
from stride.errors import StrideError


@click.group()
def alert():
    """Mute or unmute an athlete's overtraining alerts."""


def _of_cause(command):
    for option in (
        click.option("--athlete", "athlete_id", metavar="ID", required=True, help="The athlete."),
        click.argument("cause"),
    ):
        command = option(command)
    return command


@alert.command("mute")
@_of_cause
@click.option("--until", metavar="DAY", help="Last day without alerts; default: no end.")
@click.option("--from", "since", metavar="DAY", help="First day without alerts; default: today.")
def mute(cause: str, athlete_id: str, until: str | None, since: str | None):
    """Stop sending alerts of a CAUSE, or of `all` causes; the report shows them as muted."""
    from stride.ingest.settings import FOR_GOOD, parse_day

    first_day = parse_day(since) if since else date.today()
    if until and parse_day(until) < first_day:
        raise StrideError(f"--until {until} is before the first day without alerts, {first_day}.")
    _land_mute(athlete_id, cause, until or FOR_GOOD, first_day)
    end = f"to {until}" if until else "on"
    click.echo(f"{athlete_id}: no {cause} alerts from {first_day} {end}.")


@alert.command("unmute")
@_of_cause
def unmute(cause: str, athlete_id: str):
    """Resume sending alerts of a CAUSE, or of `all` causes."""
    from stride.ingest.athletes import settings_on
    from stride.ingest.settings import CAUSES

    settings = settings_on(paths.landing(), athlete_id, date.today())
    muted = [name for name in CAUSES if f"mute_{name}" in settings] if cause == "all" else [cause]
    for name in muted:
        _land_mute(athlete_id, name, "none", date.today())
    click.echo(f"{athlete_id}: {cause} alerts are sent again.")


def _land_mute(athlete_id: str, cause: str, value: str, first_day: date) -> None:
    """Land a mute as a setting that is valid from a day on."""
    from stride.ingest import landing
    from stride.ingest.athletes import known_athletes, land_settings
    from stride.ingest.settings import CAUSES

    if cause not in (*CAUSES, "all"):
        raise StrideError(f"There is no cause {cause!r}: use all, {', '.join(CAUSES)}.")
    if athlete_id not in known_athletes(paths.landing()):
        raise StrideError(f"There is no athlete {athlete_id}: use stride athlete add.")
    causes = CAUSES if cause == "all" else [cause]
    with landing.writing(paths.landing()):
        mutes = {f"mute_{name}": value for name in causes}
        land_settings(paths.landing(), athlete_id, mutes, first_day)
