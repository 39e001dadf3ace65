"""The ``stride`` command."""

import csv
from datetime import date
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError


class _Group(click.Group):
    """Shows what the user can put right as one sentence instead of a stack trace."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except StrideError as problem:
            raise click.ClickException(str(problem)) from None
        except OSError as problem:  # a full disk, a folder without permission
            raise click.ClickException(
                f"{problem.filename or paths.home()} can't be used: {problem.strerror}."
            ) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stride")
def main():
    """Your training history, turned into fitness, races and honest race-time forecasts.

    Everything stays on this machine, in the folder STRIDE_HOME (default: data).
    The usual way: import your Strava export, run `make build`, look at the report.
    """


@main.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--athlete", metavar="ID", help="A short name for the athlete, such as ana.")
@click.option("--timezone", metavar="ZONE", help="Where the athlete lives, such as Europe/Lisbon.")
def import_(path: Path, athlete: str | None, timezone: str | None):
    """Import a Strava export: its zip, its folder, or the activities.csv in it.

    PATH may also be an athletes.csv with the columns athlete_id, timezone and archive: then
    every athlete named there is imported. Importing the same export again adds nothing.
    """
    if path.name == "athletes.csv":
        if athlete or timezone:
            raise click.UsageError("athletes.csv names athletes and zones: leave out the options.")
        exports = _athletes(path)
    elif athlete and timezone:
        exports = [(path, athlete, timezone)]
    else:
        raise click.UsageError("Say whose export it is: --athlete ID --timezone ZONE.")

    from stride.ingest import land_export

    failed = 0
    for export, athlete_id, zone in exports:
        try:
            receipt = land_export(export, paths.landing(), athlete_id, zone)
        except StrideError as problem:
            if len(exports) == 1:
                raise
            failed += 1
            click.echo(f"{athlete_id}: {problem}", err=True)
            continue
        if not receipt.is_new:
            click.echo(f"{athlete_id}: {receipt.rows:,} activities, imported before.")
            continue
        unread = f", {receipt.unreadable:,} with cells that can't be read" * bool(
            receipt.unreadable
        )
        click.echo(f"{athlete_id}: {receipt.rows:,} activities imported{unread}.")
    if failed:
        raise StrideError(f"{failed} of {len(exports)} exports could not be imported.")


def _athletes(path: Path) -> list[tuple[Path, str, str]]:
    if not path.is_file():
        raise StrideError(f"{path} does not exist.")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wanted = {"athlete_id", "timezone", "archive"}
    if not rows or not wanted <= set(rows[0]):
        raise StrideError(f"{path} needs the columns {', '.join(sorted(wanted))} and a row.")
    return [(path.parent / row["archive"], row["athlete_id"], row["timezone"]) for row in rows]


@main.command()
@click.option("--athletes", default=8, show_default=True, type=click.IntRange(1, 999))
@click.option("--years", default=3.0, show_default=True, type=click.FloatRange(0.25, 15))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option(
    "--last-day",
    default="2026-06-30",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day that has activities.",
)
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Folder to write to.")
def sample(athletes: int, years: float, seed: int, last_day, folder: Path | None):
    """Write invented athletes' exports, to try Stride without data of your own.

    The same options always give the same files. The athletes are made up: they show that
    everything works, never how well it predicts.
    """
    from stride.sample import write_sample

    folder = folder or paths.home() / "sample"
    with click.progressbar(length=athletes, label="Inventing athletes") as bar:
        write_sample(
            folder,
            athletes=athletes,
            years=years,
            seed=seed,
            last_day=date.fromordinal(last_day.toordinal()),
            progress=bar.update,
        )
    click.echo(f"{athletes} exports in {folder}. Next: stride import {folder / 'athletes.csv'}")


@main.command()
@click.option("--athlete", metavar="ID", help="Only this athlete; default: all.")
@click.option("--to", "target", type=click.Path(path_type=Path), help="The HTML file to write.")
def report(athlete: str | None, target: Path | None):
    """Write the report of the last build and print the forecasts."""
    from stride.report import forecast_lines, write_report

    target = target or paths.report()
    write_report(paths.database(), target, athlete)
    for line in forecast_lines(paths.database(), athlete):
        click.echo(line)
    click.echo(f"\nThe report: {target}")


if __name__ == "__main__":
    main()
