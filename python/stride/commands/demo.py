"""``stride demo``: everything on invented athletes."""

import os
import sys
from datetime import date
from pathlib import Path

import click

_LAST_DAY = date(2026, 6, 30)


@click.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo",
    show_default=True,
    help="Folder of the demo; never your own home.",
)
@click.option("--athletes", default=8, show_default=True, type=click.IntRange(1, 999))
@click.option("--verbose", is_flag=True, help="Show all that dbt does.")
def demo(home: Path, athletes: int, verbose: bool):
    """Show the whole way on invented athletes: data, tables, forecasts and the report.

    It has a home of its own, so nothing of it is ever among your data. They are made up: they show
    that everything works, never how well it predicts.
    """
    from stride.commands.update import run_update

    os.environ["STRIDE_HOME"] = str(home)
    for name in ("STRIDE_LANDING", "MLFLOW_TRACKING_URI"):
        os.environ.pop(name, None)
    if not (home / "sources.json").exists():
        _invent(home / "sample", athletes)
    sys.exit(run_update(_LAST_DAY, verbose=verbose))


def _invent(folder: Path, athletes: int) -> None:
    """Write the exports of invented athletes and import them."""
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    from stride import paths
    from stride.cli import import_source, source_of
    from stride.commands.update import Stage
    from stride.plural import counted
    from stride.sample import write_sample

    stage, done = Stage("Athletes"), 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        stage.at(done, athletes)

    write_sample(
        folder, athletes=athletes, years=3.0, seed=1, last_day=_LAST_DAY, progress=progress
    )
    stage.over(f"{counted(athletes, 'runner')} invented, with three years of training")
    stage, said = Stage("Import"), StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        import_source(source_of(folder / "athletes.csv", None))
    files = sum(1 for _ in (paths.landing() / "activities").glob("sample-*.parquet"))
    stage.over(f"{counted(athletes, 'export')} imported, {files:,} files landed")
