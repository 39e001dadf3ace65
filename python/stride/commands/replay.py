"""``stride replay``: simulates past daily runs."""

import sys
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
    from contextlib import nullcontext

    from stride.plural import counted
    from stride.replay import Replay, track_record_lines

    home = home or paths.home() / "replay"
    first, last = (date(day.year, day.month, day.day) for day in (first, last))
    run = Replay(home, paths.home(), paths.landing(), athletes)
    waiting = len(run.to_do(first, last, every))
    if waiting:
        click.echo(f"{counted(waiting, 'morning')} to run. The first trains, so it takes longest.")
    ran = []
    bar = click.progressbar(length=waiting, label="Mornings", file=sys.stderr)
    with bar if sys.stderr.isatty() else nullcontext():
        for morning in run.mornings(first, last, every):
            ran.append(morning)
            if sys.stderr.isatty():
                bar.update(1)
            else:
                click.echo(morning.line())
            if len(ran) == 3 and waiting > 10:
                # Two without the start of the process say how long the others take.
                seconds = (waiting - 3) * (ran[1].seconds + ran[2].seconds) / 2
                click.echo(
                    f"The other {waiting - 3:,} take about {_duration(seconds)}. Stop whenever you "
                    "like: it goes on where it was."
                )
    for line in track_record_lines(run.database):
        click.echo(line)


def _duration(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
