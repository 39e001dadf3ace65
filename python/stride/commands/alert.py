"""``stride alert``: which alerts an athlete wants."""

from datetime import date

import click

from stride import paths
from stride.errors import StrideError


@click.group()
def alert():
    """Which alerts of overtraining an athlete wants to hear of."""


def _of_cause(command):
    for option in (
        click.option("--athlete", "athlete_id", metavar="ID", required=True, help="Whose alerts."),
        click.argument("cause"),
    ):
        command = option(command)
    return command


@alert.command("mute")
@_of_cause
@click.option("--until", metavar="DAY", help="Last day without them; default: for good.")
@click.option("--from", "since", metavar="DAY", help="First day without them; default: today.")
def mute(cause: str, athlete_id: str, until: str | None, since: str | None):
    """Send no more alerts of a CAUSE, or of `all` causes; they stay in the report, marked."""
    from stride.ingest.settings import FOR_GOOD, parse_day

    first_day = parse_day(since) if since else date.today()
    if until and parse_day(until) < first_day:
        raise StrideError(f"--until {until} lies before the first day without alerts, {first_day}.")
    _say(athlete_id, cause, until or FOR_GOOD, first_day)
    click.echo(
        f"{athlete_id}: no {cause} alerts from {first_day} {f'to {until}' if until else 'on'}."
    )


@alert.command("unmute")
@_of_cause
def unmute(cause: str, athlete_id: str):
    """Send alerts of a CAUSE, or of `all` causes, again."""
    _say(athlete_id, cause, "none", date.today())
    click.echo(f"{athlete_id}: {cause} alerts are sent again.")


def _say(athlete_id: str, cause: str, value: str, first_day: date) -> None:
    """Land a mute, as any setting: with its day, and what was said before stays."""
    from stride.ingest import landing
    from stride.ingest.athletes import known_athletes, land_settings
    from stride.ingest.settings import CAUSES

    if cause not in (*CAUSES, "all"):
        raise StrideError(f"There is no cause {cause!r}: there are all, {', '.join(CAUSES)}.")
    if athlete_id not in known_athletes(paths.landing()):
        raise StrideError(f"There is no athlete {athlete_id}: use stride athlete add.")
    causes = CAUSES if cause == "all" else [cause]
    with landing.writing(paths.landing()):
        mutes = {f"mute_{name}": value for name in causes}
        land_settings(paths.landing(), athlete_id, mutes, first_day)
