"""The ``stride`` command."""

import sys
from datetime import date
from pathlib import Path

import click

from stride import paths
from stride.commands.alert import alert
from stride.commands.dbt import dbt, init
from stride.commands.demo import demo
from stride.commands.doctor import doctor
from stride.commands.forecast import forecast
from stride.commands.mcp import mcp
from stride.commands.notify import notify
from stride.commands.race import race
from stride.commands.registry import models, promote, rollback
from stride.commands.replay import replay
from stride.commands.schedule import schedule
from stride.commands.status import status
from stride.commands.strava import strava
from stride.commands.update import sources, update
from stride.commands.watch import watch
from stride.errors import StrideError
from stride.plural import counted


class _Group(click.Group):
    """Shows what the user can put right as one sentence instead of a stack trace."""

    def invoke(self, context):
        for stream in (sys.stdout, sys.stderr):
            # Where the terminal has a code page, a sign that it lacks must not stop the command.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(context)
        except StrideError as problem:
            raise click.ClickException(str(problem)) from None
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished is kept: run it again to go on.", err=True)
            sys.exit(130)
        except OSError as problem:  # a full disk, a folder without permission
            raise click.ClickException(
                f"{problem.filename or paths.home()} can't be used: {problem.strerror}."
            ) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stride-athlete", prog_name="stride")
def main():
    """Your training history, turned into fitness, races and honest race-time forecasts.

    Everything stays on this machine, in the folder STRIDE_HOME (default: data).
    The usual way: stride import your export once, stride update every day, look at the report.
    """


for command in (
    *(alert, dbt, demo, doctor, forecast, init, mcp, models, notify, promote, race, replay),
    *(rollback, schedule, sources, status, strava, update, watch),
):
    main.add_command(command)


@main.command("import")
@click.argument("given", metavar="PATH", nargs=-1, required=True)
@click.option("--athlete", metavar="ID", help="A short name for the athlete, such as ana.")
@click.option("--timezone", metavar="ZONE", help="Where a new athlete lives: Europe/Lisbon.")
@click.option(
    "--mapping",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="How to read a table that is not Strava's.",
)
@click.option("--sport", metavar="SPORT", help="Sport of activities that name none, such as Run.")
@click.option("--partial", is_flag=True, help="PATH is not all there is: mark nothing as gone.")
@click.option("--streams", is_flag=True, help="Keep the samples of recordings too (no positions).")
@click.option("--workers", type=click.IntRange(1), help="Processes for recordings; default: cores.")
def import_(given, athlete, timezone, mapping, sport, partial, streams, workers):
    """Import activities, or what you know better about them.

    \b
    PATH is one of
      a Strava export: its zip, its folder or the activities.csv in it
      Garmin's account export, or the list of activities of Garmin Connect
      Apple Health's export
      a folder or zip of FIT, TCX and GPX files, or one of them
      JSON of Strava's API, intervals.icu, Runalyze, Polar Flow or Suunto
      forecasts.csv: race times that others forecast
      any other CSV, with --mapping
      races.csv, exclusions.csv, loads.csv or sports.csv: your corrections
      athletes.csv: athletes, their settings and their exports
    Corrections, forecasts and athletes may have any name if their columns tell what they are.

    Importing the same again adds nothing. Of a later export what is new or changed is added, and
    what is gone no longer counts; the earlier version is kept.
    """
    if len(given) > 1:
        raise click.UsageError("Give one path: a folder or a zip may hold many files.")
    if not given[0].strip():
        raise click.UsageError("The path is empty: give an export's zip, folder or file.")
    path = Path(given[0]).expanduser()
    if mapping is None and (athlete or timezone):
        from stride.ingest.csv_kinds import is_athletes

        if is_athletes(path):
            raise click.UsageError(f"{path.name} names athletes and zones: leave out the options.")
    source = source_of(path, athlete, mapping, sport, partial, streams)
    import_source(source, timezone, workers)


def source_of(path: Path, athlete, mapping=None, sport=None, partial=False, streams=False):
    from stride.sources import Source

    mapping = str(mapping.absolute()) if mapping else None
    is_folder = path.is_dir()
    return Source(str(path.absolute()), athlete, mapping, sport, partial, streams, is_folder)


def import_source(source, time_zone: str | None = None, workers: int | None = None) -> None:
    """Import what a source holds, say what it brought, and remember it for `stride update`.

    Parameters
    ----------
    source : stride.sources.Source
    time_zone : str, optional
        Home zone of a new athlete.
    workers : int, optional
        Processes that read recordings; default: one a core.

    Raises
    ------
    StrideError
        If nothing of it could be imported.
    """
    from stride.ingest.csv_kinds import is_athletes
    from stride.ingest.importing import Options, import_path
    from stride.sources import Sources, marks

    path, mapping = Path(source.path), source.mapping and Path(source.mapping)
    # Before it is read: what changes meanwhile is new to the next update.
    source = source._replace(seen=marks(path))
    options = Options(
        *(time_zone, mapping, source.is_partial, source.with_streams),
        *(workers, source.sport, _progress),
    )
    if not mapping and is_athletes(path):
        _import_athletes(path, options)
    else:
        receipts = import_path(path, paths.landing(), source.athlete_id, options)
        for receipt in receipts:
            _say(receipt)
        if not receipts:
            click.echo(f"{path.name} has no rows: nothing changes.")
        elif all(receipt.is_useless for receipt in receipts):
            raise StrideError(f"Nothing in {path} could be used; what was read is in quarantine.")
    Sources(paths.home()).remember(source)


def _import_athletes(path: Path, options) -> None:
    """Everybody's settings, then everybody's export; a bad one does not stop the others."""
    from stride.ingest import archive, landing
    from stride.ingest.athletes import land_settings
    from stride.ingest.athletes_csv import read_athletes

    lines = read_athletes(path, archive.read(archive.list_files(path).entries[0]))
    with landing.writing(paths.landing()):
        for line in lines:
            new = land_settings(paths.landing(), line.athlete_id, line.settings, line.valid_from)
            if not line.archive:
                click.echo(f"{line.athlete_id}: {counted(new, 'setting')} new or changed.")
    exports = [line for line in lines if line.archive]
    failed = 0
    for line in exports:
        export = source_of(
            *(line.archive, line.athlete_id, None, options.sport),
            *(options.is_partial, options.with_streams),
        )
        try:
            import_source(export, options.time_zone, options.workers)
        except StrideError as problem:
            failed += 1
            click.echo(f"{line.athlete_id}: {problem}", err=True)
    if failed:
        raise StrideError(f"{failed} of {counted(len(exports), 'export')} could not be imported.")


def _progress(files: int):
    """Show how far the recordings are, if there are enough to wait for and somebody watches."""
    if files < 20:
        return None
    bar = click.progressbar(length=files, label="Reading recordings", file=sys.stderr)
    bar.__enter__()
    context = click.get_current_context()
    context.call_on_close(lambda: bar.__exit__(None, None, None))
    return bar.update


def _say(receipt) -> None:
    """What an import brought, in a line or two."""
    who, table, recordings = receipt.athlete_id, receipt.table, receipt.recordings
    if receipt.corrections is not None:
        _say_corrections(who, receipt.corrections)
    if table:
        _say_table(who, table)
    for what, number in sorted(receipt.found.items()):
        click.echo(f"{who}: {counted(number, 'file')}: {what}.")
    for what, number in receipt.daily.items():
        click.echo(f"{who}: {counted(number, 'row')} of {what} new or changed.")
    if recordings and recordings.files:
        _say_recordings(who, recordings)
    _say_future(who, (table.future if table else 0) + (recordings.future if recordings else 0))
    for sentence in receipt.notes:
        click.echo(f"{who}: {_printable(sentence)}", err=True)
    if receipt.unknown_columns:
        names = ", ".join(map(repr, receipt.unknown_columns[:8]))
        click.echo(f"{who}: columns unknown to Stride, kept as they are: {names}.", err=True)
    _say_some(f"{who}: files that were not read", receipt.refused)


def _say_table(who: str, table) -> None:
    parts = [f"{_activities(table.new)} imported"] if table.new else []
    parts += [f"{table.changed:,} changed"] if table.changed else []
    parts += [f"{table.gone:,} gone"] if table.gone else []
    if table.problems:
        parts.append(f"{table.problems:,} without data, in quarantine")
    if table.unreadable and parts:
        parts.append(f"{table.unreadable:,} with cells that can't be read")
    click.echo(f"{who}: {', '.join(parts) or f'{_activities(table.rows)}, imported before'}.")
    if table.is_older:
        click.echo(
            f"{who}: this export is older than one imported before: it adds what was missing "
            "and changes nothing."
        )
    _say_sports(who, table.unknown_sports)
    if none := table.unknown_sports.get(None):
        verbs = "and counts" if none == 1 else "and count"
        number = counted(none, "activity names", "activities name")
        click.echo(
            f"{who}: {number} no sport {verbs} as other: import again with --sport Run, or say "
            "what each was in sports.csv.",
            err=True,
        )


def _say_future(who: str, future: int) -> None:
    if future:
        what = counted(future, "activity is", "activities are")
        click.echo(
            f"{who}: {what} dated in the future and {'does' if future == 1 else 'do'} not count "
            "(silver.quarantine). If the dates are wrong, correct them at the source and import "
            "again.",
            err=True,
        )


def _say_corrections(who: str, found) -> None:
    counts = {
        "new": found.new,
        "changed": found.changed,
        "taken back": found.taken_back,
        "unchanged": found.unchanged,
    }
    parts = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    number = counted(found.rows, "correction")
    more = f"; {found.earlier:,} earlier still in force" if found.earlier else ""
    if not found.rows:
        click.echo(f"{who}: the file has no rows and changes nothing{more}.")
    elif found.unchanged == found.rows:
        click.echo(f"{who}: {number} imported before, unchanged{more}.")
    else:
        click.echo(f"{who}: {number} imported: {parts}{more}.")
    for note in found.notes:
        click.echo(_printable(f"{who}: {note}"), err=True)


def _activities(number: int) -> str:
    return counted(number, "activity", "activities")


_CLOCKS = {
    "clock_never_set": "dated by another clock of the file or by its name",
    "clock_set_in_recording": "of which the clock was set while they ran",
    "gps_week_rollover": "dated 1,024 weeks later, as GPS lost count of the weeks",
    "stale_samples": "without samples left over from before",
}


def _say_recordings(who: str, found) -> None:
    from stride.ingest.device.sports import family

    good = sum(found.sports.values()) - found.changed
    parts = [f"{good:,} read"] if found.sessions > found.changed else []
    parts += [f"{found.changed:,} read again and changed"] if found.changed else []
    parts += [f"{count:,} {_CLOCKS[code]}" for code, count in sorted(found.corrected.items())]
    parts += [f"{found.other:,} without an activity"] if found.other else []
    number = counted(found.files, "recording")
    click.echo(f"{who}: {number}, {', '.join(parts) or 'imported before'}.")
    if silent := found.sports.get(None):
        names = counted(silent, "recording names", "recordings name")
        count = "counts" if silent == 1 else "count"
        click.echo(
            f"{who}: {names} no sport and {count} as other: import again with --sport Run, "
            "or what it was.",
            err=True,
        )
    _say_sports(who, {word: n for word, n in found.sports.items() if family(word) is None})
    _say_some(f"{who}: recordings that gave nothing", found.problems.values())


def _say_sports(who: str, unknown: dict[str | None, int]) -> None:
    """Words for sports that Stride does not know."""
    words = ", ".join(f"{word!r} ({n:,})" for word, n in sorted(unknown.items(), key=str) if word)
    if words:
        click.echo(
            f"{who}: sports that Stride does not know count as other: {_printable(words)}; "
            "a line in seeds/sports.csv says what each is.",
            err=True,
        )


def _say_some(what: str, sentences) -> None:
    sentences = [_printable(sentence) for sentence in sentences]
    if sentences:
        click.echo(f"{what}: {len(sentences):,}", err=True)
    for sentence in sentences[:5]:
        click.echo(f"  {sentence}", err=True)
    if len(sentences) > 5:
        click.echo(f"  and {len(sentences) - 5:,} more; silver.quarantine has them all.", err=True)


def _printable(text: str) -> str:
    """Names in an archive are strangers' text: they must not steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)[:300]


@main.group()
def athlete():
    """Who the athletes are, and the thresholds that hold for them from a day on."""


def _settings(command):
    """The options of a command that says something of an athlete."""
    from stride.ingest.settings import NUMBERS

    wanted = [
        click.option("--valid-from", metavar="DAY", help="First day it holds; default: always."),
        *(
            click.option(f"--{name.replace('_', '-')}", metavar="N", help=f"{s.meaning}, {s.unit}.")
            for name, s in NUMBERS.items()
        ),
        click.option("--email", metavar="ADDRESS", help="For alerts."),
        click.option("--language", metavar="en|pt|pt-BR", help="Of alerts."),
        click.option("--sex", metavar="f|m", help="For heart-rate load and forecasts."),
        click.option("--timezone", "time_zone", metavar="ZONE", help="Home zone: Europe/Lisbon."),
    ]
    for option in reversed(wanted):
        command = option(command)
    return command


@athlete.command("add")
@click.argument("athlete_id")
@_settings
def athlete_add(athlete_id, valid_from, **settings):
    """Add an athlete before any activity is there; --timezone is needed."""
    from stride.ingest.athletes import known_athletes

    if athlete_id in known_athletes(paths.landing()):
        raise StrideError(f"{athlete_id} is there already: use stride athlete set.")
    _land_settings(athlete_id, valid_from, settings)


@athlete.command("set")
@click.argument("athlete_id")
@_settings
def athlete_set(athlete_id, valid_from, **settings):
    """Say what holds for an athlete, from a day on; `none` withdraws it.

    Without --valid-from it holds always, and corrects what was said so far.
    """
    from stride.ingest.athletes import known_athletes

    if athlete_id not in known_athletes(paths.landing()):
        raise StrideError(f"There is no athlete {athlete_id}: use stride athlete add.")
    if not any(settings.values()):
        raise click.UsageError("Say what to set, such as --max-hr-bpm 188.")
    _land_settings(athlete_id, valid_from, settings)


@athlete.command("from-wellness")
@click.argument("athlete_id")
def athlete_from_wellness(athlete_id):
    """Take resting heart rate and weight from the days that an export measured.

    The median of a month holds from the first day of the next one, and replaces what was said
    before for the days from then on.
    """
    from stride.ingest import landing
    from stride.ingest.wellness_settings import land_wellness_settings

    with landing.writing(paths.landing()):
        new = land_wellness_settings(paths.landing(), athlete_id)
    click.echo(f"{athlete_id}: {counted(new, 'setting')} new or changed.")


def _land_settings(athlete_id: str, valid_from: str | None, settings: dict) -> None:
    from stride.ingest import landing
    from stride.ingest.athletes import land_settings
    from stride.ingest.settings import parse_day

    given = {name: value or "" for name, value in settings.items()}
    with landing.writing(paths.landing()):
        new = land_settings(paths.landing(), athlete_id, given, parse_day(valid_from))
    click.echo(
        f"{athlete_id}: {counted(new, 'setting')} new or changed."
        if new
        else f"{athlete_id}: known."
    )


@athlete.command("show")
@click.argument("athlete_id", required=False)
def athlete_show(athlete_id):
    """Show what is known of an athlete, or of all."""
    from stride.ingest.athletes import describe, known_athletes
    from stride.ingest.settings import ALWAYS

    known = known_athletes(paths.landing())
    if athlete_id and athlete_id not in known:
        raise StrideError(f"There is no athlete {athlete_id}.")
    for one in [athlete_id] if athlete_id else known:
        click.echo(one)
        for setting, value, day in describe(paths.landing(), one):
            since = "" if day == ALWAYS else f"  from {day}"
            click.echo(f"  {setting:24} {_printable(value)}{since}")


@main.command()
@click.option("--athlete", "athlete_id", metavar="ID", required=True, help="Whom to erase.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase(athlete_id: str, yes: bool):
    """Erase an athlete from landing, tables, models' files, logs, replays and reports, for good.

    Reports, dbt's logs and its compiled files are removed; `stride update` writes them again. The
    files you imported from are yours: erase them yourself. The model that learned from the athlete
    is replaced by the next build, which trains without them.
    """
    from stride.erase import erase_athlete
    from stride.strava.state import States
    from stride.strava.tokens import Tokens

    if athlete_id in States(paths.strava()).athletes():
        raise StrideError(
            f"{athlete_id} is connected to Strava, which would bring everything back: run stride "
            f"strava logout --athlete {athlete_id} first."
        )
    if not yes:
        click.confirm(f"Erase everything of {athlete_id}? It can't be undone", abort=True)
    done = erase_athlete(athlete_id, paths.home(), paths.landing())
    Tokens(paths.strava() / "tokens").delete(athlete_id)
    click.echo(
        f"{athlete_id}: erased {counted(done.landed_rows, 'landed row')}, "
        f"{counted(done.table_rows, 'row')} of tables and {counted(done.reports, 'report')}. "
        "Next: stride update."
    )
    left = [str(file) for file in done.left]
    _say_some(f"{athlete_id}: files that Stride did not write and that name the athlete", left)


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
    click.echo(
        f"{counted(athletes, 'export')} in {folder}. Next: stride import {folder / 'athletes.csv'}"
    )


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
