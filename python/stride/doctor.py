"""What is wrong with a home, and what to do. Each finding is one sentence."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stride.errors import StrideError

_LEAST_MB = 500
"""Space that a build may need for its temporary files."""


def findings(home: Path, landing: Path) -> Iterator[str]:
    """Look for everything that can keep a home from being built.

    Nothing is changed.

    Parameters
    ----------
    home, landing : Path

    Yields
    ------
    str
        What is wrong, where, and what to do.
    """
    if not home.is_dir():
        yield f"There is no home at {home} yet: stride import makes it."
        return
    for look in (_space, _writable, _clock, _other_update, _database, _landing, _sources):
        yield from look(home, landing)
    yield from _registry(home)


# ---------------------------------------------------------------------------- what is looked at


def _space(home: Path, landing: Path) -> Iterator[str]:
    free = shutil.disk_usage(home).free / 1e6
    if free < _LEAST_MB:
        yield (
            f"Only {free:.0f} MB are free where {home} is: make room for {_LEAST_MB} MB, then run "
            "stride update."
        )


def _writable(home: Path, landing: Path) -> Iterator[str]:
    for folder in {home, landing}:
        if folder.is_dir() and not os.access(folder, os.W_OK):
            yield f"{folder} can't be written to: give yourself the right to, or move STRIDE_HOME."


def _clock(home: Path, landing: Path) -> Iterator[str]:
    now = datetime.now(UTC).timestamp() + timedelta(hours=1).total_seconds()
    later = [file for file in (home / "stride.duckdb", home / "mlflow.db") if file.exists()]
    later = [file for file in later if file.stat().st_mtime > now]
    if later:
        written = datetime.fromtimestamp(later[0].stat().st_mtime)
        yield (
            f"{later[0]} was written on {written:%d %b %Y, %H:%M}, which this machine's clock has "
            f"still ahead: set the clock (it says {datetime.now():%d %b %Y, %H:%M})."
        )


def _other_update(home: Path, landing: Path) -> Iterator[str]:
    from stride.update import Busy, alone

    try:
        with alone(home):
            pass
    except Busy as problem:
        yield str(problem)


def _database(home: Path, landing: Path) -> Iterator[str]:
    import duckdb

    from stride.database import ensure_free

    file = home / "stride.duckdb"
    if not file.exists():
        return
    try:
        ensure_free(file)
        duckdb.connect(str(file), read_only=True).close()
    except StrideError as problem:
        yield str(problem)
    except duckdb.Error as problem:
        what = str(problem).splitlines()[0]
        yield (
            f"{file} can't be opened by DuckDB {duckdb.__version__} ({what[:200]}). If another "
            "Stride wrote it, use that one. If it is damaged, restore it from a copy; without a "
            "copy move it away and run stride update: everything imported is kept, earlier "
            "forecasts and their record are not."
        )


def _landing(home: Path, landing: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    halves = [file for file in landing.rglob("*.part") if _is_old(file)]
    if halves:
        yield (
            f"{len(halves)} half-written files of imports that were killed are in {landing}, such "
            f"as {halves[0].name}: delete them (*.part) and import again; nothing else is wrong "
            "with the landing."
        )
    for file in landing.rglob("*.parquet"):
        try:
            pq.read_metadata(file)
        except Exception as problem:  # whatever Arrow says of a damaged file
            yield (
                f"{file} is damaged ({str(problem).splitlines()[0][:100]}): restore it from a "
                "copy, or delete it and import the export that it came from again."
            )


def _is_old(file: Path) -> bool:
    return datetime.now().timestamp() - file.stat().st_mtime > 3600


def _sources(home: Path, landing: Path) -> Iterator[str]:
    from stride.sources import Sources

    try:
        sources = Sources(home).all()
    except StrideError as problem:
        yield str(problem)
        return
    for source in sources:
        if source.is_folder and not Path(source.path).is_dir():
            yield (
                f"{source.path} is not there: plug it in, or stride sources forget '{source.path}'."
            )


def _registry(home: Path) -> Iterator[str]:
    from stride.racetime.registry_file import ARTIFACTS, RegistryFile

    file = home / "mlflow.db"
    if not file.exists():
        return
    registry = RegistryFile(home)
    try:
        if not registry.is_readable():
            yield (
                f"{file} was made by another MLflow: copy it, then run mlflow db upgrade "
                f"sqlite:///{file.resolve()}. If that knows of no such revision, a later MLflow "
                "made it: use the Stride that you had."
            )
            return
    except sqlite3.Error as problem:
        yield (
            f"{file} can't be read ({problem}): restore it from a copy, or move it and {ARTIFACTS} "
            "away; the next update trains anew."
        )
        return
    if address := registry.moved_from():
        yield (
            f"The home was moved: the registry still names {address}. The next training puts it "
            "right, and so does stride doctor --mend; forecasts do not mind."
        )
