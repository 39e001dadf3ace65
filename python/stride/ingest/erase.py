"""Removes one athlete from everything that Stride keeps, and records that it did."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import known_athletes
from stride.ingest.schema import KINDS
from stride.ingest.settings import check_athlete_id

_KEYS = ("landed_row_id", "survivor_row_id", "race_id", "target_id")
"""Columns that begin with the athlete's id and a colon, in tables without ``athlete_id``."""


class Erased(NamedTuple):
    """What was removed."""

    landed_rows: int
    table_rows: int
    reports: int


def erase_athlete(athlete_id: str, landing: Path, database: Path, report: Path) -> Erased:
    """Remove an athlete from landing, tables, logs of forecasts and reports.

    A model that learned from the athlete stays until the next training, which finds other data
    and learns anew without them. Can be run again if it was interrupted.

    Parameters
    ----------
    athlete_id : str
    landing, database, report : Path
        The landing folder, the DuckDB file and the HTML report.

    Returns
    -------
    Erased

    Raises
    ------
    StrideError
        If there is no such athlete, or something else writes to the tables at the moment.
    """
    check_athlete_id(athlete_id)
    digest = hashlib.sha256(athlete_id.encode()).hexdigest()
    with landed.writing(landing):
        files = [
            file
            for kind in KINDS
            if kind != "erasures"
            for file in sorted((landing / kind).glob(f"{athlete_id}.*.parquet"))
        ]
        if not files and athlete_id not in known_athletes(landing):
            found = _erase_tables(database, athlete_id)
            if not found:
                raise StrideError(f"There is no athlete {athlete_id} here: nothing was erased.")
            return Erased(0, found, _erase_reports(report))
        # Tables first: while the landing is there, an interrupted erasure can be run again.
        in_tables = _erase_tables(database, athlete_id)
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        reports = _erase_reports(report)
        moment = landed.now()
        # The record before the last act, for the same reason; it says that, and not who.
        landed.write(
            landing,
            "erasures",
            f"erased.{moment:%Y%m%dT%H%M%S%f}",
            [{"athlete_hash": digest, "rows_erased": rows, "ingested_at": moment}],
        )
        for file in files:
            file.unlink()
    return Erased(rows, in_tables, reports)


def _erase_tables(database: Path, athlete_id: str) -> int:
    """Delete the athlete's rows, and write the file anew so that no page of it remembers them."""
    if not database.exists():
        return 0
    import duckdb

    fresh = database.with_suffix(f".{os.getpid()}.part")
    try:
        with duckdb.connect(str(database)) as connection:
            erased = sum(
                _erase_table(connection, *table, athlete_id)
                for table in connection.execute(
                    "select schema_name, table_name from duckdb_tables() where not internal"
                ).fetchall()
            )
            if not erased:
                return 0
            (name,) = connection.execute("select current_database()").fetchone()
            connection.execute(f"attach {_text(str(fresh))} as fresh")
            connection.execute(f'copy from database "{name}" to fresh')
    except duckdb.Error as problem:
        fresh.unlink(missing_ok=True)
        if "lock" in str(problem).lower():
            raise StrideError(
                f"{database} is in use: wait for the build, close what reads it, and run it again."
            ) from None
        raise
    fresh.replace(database)
    return erased


def _erase_table(connection, schema: str, table: str, athlete_id: str) -> int:
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    ]
    if "athlete_id" in columns:
        condition, value = "athlete_id = ?", athlete_id
    elif key := next((column for column in _KEYS if column in columns), None):
        condition, value = f"starts_with({key}, ?)", f"{athlete_id}:"
    else:
        return 0
    done = connection.execute(f'delete from "{schema}"."{table}" where {condition}', [value])
    return done.fetchone()[0]


def _erase_reports(report: Path) -> int:
    """Reports are made anew from the tables; an old one may show the athlete."""
    reports = list(report.parent.glob("*.html")) if report.parent.is_dir() else []
    for file in reports:
        file.unlink()
    return len(reports)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
