"""Writes and reads ``landing/``: immutable Parquet files.

One folder per kind, one file per kind and import, written under a temporary name and then renamed,
so that a killed import leaves no incomplete file. Each folder also has a file with the current
columns and no rows, so that readers always find a file and all columns.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stride.errors import StrideError
from stride.ingest.schema import KINDS, LANDING_VERSION
from stride.lock import take

_COLUMNS_FILE = "0000-columns.parquet"


class LandingBusy(StrideError):
    """Another import is writing: it passes."""


@contextmanager
def writing(landing: Path) -> Iterator[None]:
    """Hold the landing for one writer; a second one is told so.

    Parameters
    ----------
    landing : Path
        Made if missing, with a folder and a file of columns for every kind.

    Raises
    ------
    LandingBusy
        If another import is at work.
    """
    landing.mkdir(parents=True, exist_ok=True)
    with (landing / ".lock").open("w") as lock:
        if not take(lock):
            raise LandingBusy(
                f"Another import is writing to {landing}: wait for it, then run this one again."
            )
        write_columns(landing)
        yield


def write_columns(landing: Path) -> None:
    """Write the file of columns of each kind if it is missing or outdated."""
    for kind, schema in KINDS.items():
        columns = landing / kind / _COLUMNS_FILE
        if not columns.exists() or not pq.read_schema(columns).equals(schema):
            write(landing, kind, _COLUMNS_FILE.removesuffix(".parquet"), [])


def write(landing: Path, kind: str, name: str, rows: list[dict]) -> Path:
    """Write rows as one file.

    Parameters
    ----------
    landing : Path
    kind : str
        A key of `schema.KINDS`.
    name : str
        File name without ``.parquet``. Begins with the athlete's id and a dot.
    rows : list of dict
        A missing key is null; ``landing_version`` is filled in.

    Returns
    -------
    Path
    """
    rows = [{"landing_version": LANDING_VERSION} | row for row in rows]
    return write_table(landing, kind, name, pa.Table.from_pylist(rows, KINDS[kind]))


def write_table(landing: Path, kind: str, name: str, table: pa.Table) -> Path:
    """Write a table as one file: see `write`.

    Parameters
    ----------
    landing : Path
    kind, name : str
    table : pyarrow.Table
        With the columns of the kind.

    Returns
    -------
    Path
    """
    target = landing / kind / f"{name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    # The suffix keeps a half-written file out of every *.parquet pattern.
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        pq.write_table(table, part, compression="zstd")
        put_on_disk(part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    put_on_disk(target.parent)
    return target


def put_on_disk(path: Path) -> None:
    """Fsync a file, or the names in a folder."""
    with suppress(OSError):  # of folders Windows and some network drives can't say
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(landing: Path, kind: str, athlete_id: str, columns: list[str]) -> list[dict]:
    """Read an athlete's rows of a kind.

    Parameters
    ----------
    landing : Path
    kind : str
    athlete_id : str
    columns : list of str

    Returns
    -------
    list of dict
        In the order of the imports.
    """
    rows = []
    for file in sorted((landing / kind).glob(f"{athlete_id}.*.parquet")):
        # Files are small and many: opening one as a data set takes longer than reading it.
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            rows += parquet.read(columns=columns, use_threads=False).to_pylist()
    return rows


def now() -> datetime:
    """Return the ingestion time of rows, UTC."""
    return datetime.now(UTC)
