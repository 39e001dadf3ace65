"""Reads what a build left in its DuckDB file. Never writes."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from stride.errors import StrideError
from stride.report import queries


@dataclass(frozen=True)
class Build:
    """What the report shows of one build.

    Parameters
    ----------
    athletes : list of str
        In the report, in alphabetical order.
    left_out : int
        Athletes there was no room for.
    frames : dict of str to DataFrame
        By the names of `stride.report.queries`.
    """

    athletes: list[str]
    left_out: int
    frames: dict[str, pd.DataFrame]

    def of(self, athlete: str, name: str) -> pd.DataFrame:
        """One athlete's rows of a frame."""
        frame = self.frames[name]
        return frame[frame["athlete_id"] == athlete]


def read_build(database: Path, athlete: str | None = None) -> Build:
    """Read everything the report shows.

    Parameters
    ----------
    database : Path
    athlete : str, optional
        Only this athlete.

    Returns
    -------
    Build
    """
    with _open(database) as connection:
        athletes = _athletes(connection, athlete)
        shown = athletes[: queries.MOST_ATHLETES]
        _choose(connection, shown)
        wanted = queries.OF_ATHLETES | queries.OF_ALL
        frames = {name: connection.execute(query).df() for name, query in wanted.items()}
    return Build(shown, len(athletes) - len(shown), frames)


def read_forecasts(database: Path, athlete: str | None = None) -> tuple[list[str], pd.DataFrame]:
    """Read the forecasts alone.

    Parameters
    ----------
    database : Path
    athlete : str, optional
        Only this athlete.

    Returns
    -------
    athletes : list of str
    forecasts : DataFrame
        `gold.athlete_predictions`.
    """
    with _open(database) as connection:
        athletes = _athletes(connection, athlete)
        _choose(connection, athletes)
        return athletes, connection.execute(queries.OF_ATHLETES["forecasts"]).df()


@contextmanager
def _open(database: Path):
    if not database.is_file():
        raise StrideError(f"There is no build at {database} yet: run `make build` first.")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            for relation, columns in queries.LATER.items():
                _view(connection, relation, columns)
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StrideError(f"The build in {database} is not complete: run `make build`.") from None
    except duckdb.IOException:
        raise StrideError(
            f"{database} can't be read: wait for the running build, or run `make build` again."
        ) from None


def _view(connection, relation: str, columns: dict[str, str]) -> None:
    """See a relation as if it had these columns, whatever this build has of it."""
    found = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            relation.split("."),
        ).fetchall()
    }
    selected = ", ".join(
        f'cast({_quoted(name) if name in found else "null"} as {kind}) as {_quoted(name)}'
        for name, kind in columns.items()
    )
    source = f"from {relation}" if found else "where false"
    name = relation.replace(".", "_")
    connection.execute(f"create temp view {name} as select {selected} {source}")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _choose(connection, athletes: list[str]) -> None:
    connection.register("chosen", pd.DataFrame({"athlete_id": pd.Series(athletes, dtype=str)}))


def _athletes(connection, athlete: str | None) -> list[str]:
    """All athletes of the build, or the one asked for."""
    rows = connection.execute("select athlete_id from silver.athletes order by all").fetchall()
    known = [name for (name,) in rows]
    if athlete is None:
        return known
    if athlete in known:
        return [athlete]
    names = ", ".join(known[:20]) + f" and {len(known) - 20:,} more" * (len(known) > 20)
    raise StrideError(f"There is no athlete {athlete!r} in this build; known: {names or 'none'}.")
