"""``stride update``: every day from one command."""

import os
import sys
import time
from datetime import date
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError
from stride.plural import counted

DONE, FAILED, NOT_ALL, BUSY, STOPPED = 0, 1, 3, 4, 130
"""Exit codes; 2 is click's own for a command that can't be read."""


@click.command()
@click.option("--as-of", "as_of", metavar="DAY", help="Build as of that day; default: today.")
@click.option("--only", metavar="SOURCE", help="Bring in only this: an athlete, a path or strava.")
@click.option("--verbose", is_flag=True, help="Show all that dbt does; it is in the log anyway.")
def update(as_of: str | None, only: str | None, verbose: bool):
    """Bring in what is new, build, write the report and send messages.

    What was imported once is looked at again: folders and files by their names, sizes and times
    of change, and Strava's API where an athlete is connected (stride sources lists them). When
    nothing is new and the day is the same, nothing is done. It can be stopped at any moment and
    run again.

    \b
    Exit codes: 0 done, or nothing to do   1 the build failed   2 the command can't be read
                3 done, but a source or a message failed        4 another update is at work
    """
    from stride.update import Busy

    try:
        code = run_update(_day(as_of), only, verbose)
    except Busy as problem:
        click.echo(f"Error: {problem}", err=True)
        code = BUSY
    sys.exit(code)


def _day(text: str | None) -> date | None:
    from stride.ingest.settings import parse_day

    text = text or os.environ.get("STRIDE_AS_OF")
    return parse_day(text) if text else None


def run_update(as_of: date | None = None, only: str | None = None, verbose: bool = False) -> int:
    """Run an update and say how it goes.

    Parameters
    ----------
    as_of : date, optional
        Day that the tables stand on; default: today, where each athlete lives.
    only : str, optional
        The only source to look at.
    verbose : bool
        Show all that dbt does.

    Returns
    -------
    int
        An exit code.

    Raises
    ------
    StrideError
        If nothing could be built.
    """
    from stride.update import alone

    home = paths.home()
    with alone(home):
        return _update(home, as_of, only, verbose)


def _update(home: Path, as_of: date | None, only: str | None, verbose: bool) -> int:
    from stride import update as logic

    last = logic.read_last(home)
    problems = _bring_in(home, only)
    if not any((paths.landing() / "activities").glob("[!0]*.parquet")):
        raise StrideError(
            "Nothing has been imported yet: stride import PATH --athlete ID --timezone ZONE "
            "brings your history in; stride demo shows everything on invented athletes."
        )
    now = logic.state(home, as_of, last.state.days) if last else None
    if last and now == last.state and paths.report().exists():
        click.echo(f"Nothing new since {_moment(last.at)}: {_standing(last.state.days)}.")
    else:
        _build(home, last and last.state, now, as_of, verbose)
        _report(home)
        days = logic.days_of(home)
        logic.write_last(home, logic.state(home, as_of, days))
    problems += _send()
    return NOT_ALL if problems else DONE


def _moment(at) -> str:
    is_today = at.date() == date.today()
    return f"{at:%H:%M}" if is_today else f"{at.day} {at:%b %Y, %H:%M}"


def _standing(days: dict[str, str]) -> str:
    found = sorted(set(days.values()))
    which = found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"
    return f"the forecasts are those of {which}, the report is {paths.report()}"


# ---------------------------------------------------------------------------- stages


class Stage:
    """A stage on the screen: a bar while it runs where somebody watches, a line when it is over."""

    def __init__(self, name: str):
        self._name = name
        self._began = time.monotonic()
        self._bar = None

    def at(self, done: int, total: int) -> None:
        if self._bar is None and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label=f"{self._name:<9}", file=sys.stderr)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.length = total
            self._bar.update(done - self._bar.pos)

    def over(self, text: str) -> None:
        if self._bar is not None:
            click.echo("\r\033[K", nl=False, err=True)
        seconds = time.monotonic() - self._began
        click.echo(f"{self._name:<9} {text} ({seconds:.0f} s)")


def _bring_in(home: Path, only: str | None) -> int:
    """Look at every source again; returns how many failed."""
    from stride.sources import Sources, marks

    kept = Sources(home)
    sources = kept.all()
    chosen = [s for s in sources if only in (None, s.athlete_id, s.path)]
    if only and not chosen and only != "strava":
        raise StrideError(f"There is no source {only!r}: stride sources lists those there are.")
    failed = 0
    for source in chosen:
        seen = marks(Path(source.path))
        if seen is None:
            _say_gone(kept, source)
        elif seen != source.seen:
            failed += not _import(source)
    if only in (None, "strava"):
        failed += _sync()
    return failed


def _say_gone(kept, source) -> None:
    what = f"{source.path} is not there any more; what was imported of it stays."
    if source.is_folder:
        what = f"{source.path} is not there: nothing new from it. (stride sources forget PATH)"
    else:
        kept.forget(lambda s: s[:2] == source[:2])
    click.echo(f"{source.athlete_id or 'Sources'}: {what}")


def _import(source) -> bool:
    from stride.cli import import_source

    try:
        import_source(source)
    except StrideError as problem:
        click.echo(f"{source.athlete_id or source.path}: {problem}", err=True)
        return False
    return True


def _sync() -> int:
    """Ask Strava's API, where an athlete is connected; 1 if that failed."""
    if not paths.strava().is_dir() and "STRAVA_REFRESH_TOKENS" not in os.environ:
        return 0
    from stride.commands.strava import connected, sync

    if not connected():
        return 0
    try:
        sync.callback((), None, None, 30, False, False)
    except StrideError as problem:
        click.echo(f"Strava: {problem}", err=True)
        return 1
    return 0


def _build(home: Path, last, now, as_of: date | None, verbose: bool) -> None:
    from stride import project
    from stride import update as logic
    from stride.database import ensure_free

    ensure_free(paths.database())
    where = {"STRIDE_AS_OF": str(as_of or "")}
    if "STRIDE_LANDING" in os.environ:
        where["STRIDE_LANDING"] = str(paths.landing().resolve())
    with project.environment(home, **where):
        stage = Stage("Tables")
        dbt = project.Dbt(verbose, logic.Progress(lambda done, total: stage.at(done, total)))
        logic.forget_last(home)
        for name, run in logic.build(home, last, now, dbt):
            stage = Stage(name)
            done = run()
            failed = logic.failures(done)
            if failed:
                raise StrideError(_why(home, failed, done))
            stage.over(f"{counted(len(done.result), 'step')}")
    _say_health()


def _why(home: Path, failed: list[str], done) -> str:
    from stride import project

    first = _health("fail") if any("health_has_no_fail" in line for line in failed) else failed[:3]
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    skipped = sum(r.status == "skipped" for r in done.result or ())
    left = f" {counted(skipped, 'step')} that need it were left out." if skipped else ""
    return (
        f"The build failed. {' '.join(first)}{more}{left} Tables that were not reached stay as "
        f"they were; everything is in {project.log_file(home)}. Run it again once it is mended."
    )


def _say_health() -> None:
    for line in _health("warn"):
        click.echo(f"Look at: {line}")


def _health(status: str) -> list[str]:
    """What the checks of that status found, and what to do."""
    from stride.database import has_table, reading
    from stride.notify.plain_text import one_line

    with reading(paths.database()) as connection:
        if not has_table(connection, "monitoring.health"):
            return []
        rows = connection.execute(
            """select detail, what_to_do from monitoring.health where status = ?
            and checked_on = (select max(checked_on) from monitoring.health) order by check_name""",
            [status],
        ).fetchall()
    return [f"{one_line(detail)} {one_line(todo or '')}".strip() for detail, todo in rows]


def _report(home: Path) -> None:
    from stride.report import forecast_lines, write_report

    stage = Stage("Report")
    write_report(paths.database(), paths.report())
    stage.over(str(paths.report()))
    for line in forecast_lines(paths.database()):
        click.echo(line)


def _send() -> int:
    """Send messages, where a mail server is set; 1 if that failed."""
    if not (os.environ.get("STRIDE_SMTP_URL") or os.environ.get("STRIDE_SMTP_HOST")):
        return 0
    from stride.commands.notify import notify

    try:
        notify.callback(dry_run=False, max_age_days=14)
    except StrideError as problem:
        click.echo(f"Messages: {problem}", err=True)
        return 1
    return 0


# ---------------------------------------------------------------------------- sources


@click.group(invoke_without_command=True)
@click.pass_context
def sources(context):
    """List what `stride update` looks at: every path that was imported."""
    from stride.sources import Sources

    if context.invoked_subcommand:
        return
    found = Sources(paths.home()).all()
    if not found:
        click.echo("None yet: stride import PATH --athlete ID adds one.")
    for source in found:
        click.echo(f"{source.athlete_id or 'all':12} {source.path}")


@sources.command()
@click.argument("path", type=click.Path(path_type=Path))
def forget(path: Path):
    """Look at PATH no more. What was imported of it stays."""
    from stride.sources import Sources

    if not Sources(paths.home()).forget(lambda source: source.path == str(path.absolute())):
        raise StrideError(f"{path} is no source: stride sources lists those there are.")
    click.echo(f"{path}: not looked at any more; what was imported of it stays.")
