"""Opens the database of a build read-only, and checks whether it is in use."""

import re
from contextlib import contextmanager
from pathlib import Path

import duckdb

from stride.errors import StrideError


@contextmanager
def reading(database: Path):
    """Open the DuckDB file read-only. Close it soon, because it blocks builds.

    Parameters
    ----------
    database : Path

    Yields
    ------
    duckdb.DuckDBPyConnection
        Timestamps are UTC.

    Raises
    ------
    StrideError
        If there is no build, it is incomplete, or another process is writing.
    """
    if not database.is_file():
        raise StrideError(f"There is no build at {database} yet: run `stride update` first.")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StrideError(
            f"The build in {database} is not complete: run `stride update`."
        ) from None
    except duckdb.IOException:
        raise StrideError(
            f"{database} can't be read: wait for the running build, or run `stride update` again."
        ) from None


def ensure_free(database: Path) -> None:
    """Raise an error if another process uses the file.

    Parameters
    ----------
    database : Path
        May be missing.

    Raises
    ------
    StrideError
    """
    if not database.exists():
        return
    try:
        duckdb.connect(str(database)).close()
    except duckdb.IOException as problem:
        if "lock" not in str(problem).lower():
            raise
        process = re.search(r"PID (\d+)", str(problem))
        holder = f"process {process[1]}" if process else "another process"
        raise StrideError(
            f"{database} is in use by {holder}: wait until it ends, or close the program that "
            "reads the file, then try again."
        ) from None


def has_table(connection, name: str) -> bool:
    """Whether the build has a table or view, given as ``schema.name``."""
    schema, table = name.split(".")
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, table],
    )
    return found.fetchone() is not None


def athletes_of(connection, athlete_id: str | None = None) -> list[str]:
    """List all athletes of the build, or check one of them.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    athlete_id : str, optional

    Returns
    -------
    list of str
        In alphabetical order.

    Raises
    ------
    StrideError
        If the athlete is not in the build.
    """
    rows = connection.execute("select athlete_id from silver.athletes order by all").fetchall()
    known = [name for (name,) in rows]
    if athlete_id is None:
        return known
    if athlete_id in known:
        return [athlete_id]
    names = ", ".join(known[:20]) + f" and {len(known) - 20:,} more" * (len(known) > 20)
    raise StrideError(
        f"There is no athlete {athlete_id!r} in this build; known: {names or 'none'}."
    )
