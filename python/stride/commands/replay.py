"""``stride replay``: simulates past daily runs."""

from datetime import date
from pathlib import Path

import click

from stride import paths

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", type=_DAY, required=True, metavar="DAY", help="First morning.")
@click.option("--to", "last", type=_DAY, required=True, metavar="DAY", help="Last morning.")
@click.option("--every", default=1, show_default=True, type=click.IntRange(1), help="Days apart.")
@click.option("--athlete", "athletes", multiple=True, metavar="ID", help="Only these athletes.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the replay; default: replay below STRIDE_HOME. Never STRIDE_HOME itself.",
)
def replay(first, last, every, athletes, home):
    """Simulate the daily runs of a past period and score their forecasts.

    Each morning uses only activities of the days before. Forecasts, models and ledger are kept in a
    separate home. An interrupted replay continues after the last finished morning.
    """
    from stride.replay import Replay, track_record_lines

    home = home or paths.home() / "replay"
    first, last = (date(day.year, day.month, day.day) for day in (first, last))
    run = Replay(home, paths.home(), paths.landing(), athletes)
    for morning in run.mornings(first, last, every):
        click.echo(morning.line())
    for line in track_record_lines(run.database):
        click.echo(line)
