"""Reads the tables of a build from its DuckDB file, read-only."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stride.database import athletes_of, reading
from stride.report import queries


@dataclass(frozen=True)
class Build:
    """The data of one build that the report shows.

    Parameters
    ----------
    athletes : list of str
        Athletes in the report, in alphabetical order.
    left_out : int
        Number of athletes left out to limit the size of the page.
    frames : dict of str to DataFrame
        Query results by their names in `stride.report.queries`.
    """

    athletes: list[str]
    left_out: int
    frames: dict[str, pd.DataFrame]

    def of(self, athlete: str, name: str) -> pd.DataFrame:
        """One athlete's rows of a frame."""
        frame = self.frames[name]
        return frame[frame["athlete_id"] == athlete]


def read_build(database: Path, athlete: str | None = None) -> Build:
    """Read all data of the report.

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
        athletes = athletes_of(connection, athlete)
        shown = athletes[: queries.MOST_ATHLETES]
        _choose(connection, shown)
        wanted = queries.OF_ATHLETES | queries.OF_ALL
        frames = {name: connection.execute(query).df() for name, query in wanted.items()}
    return Build(shown, len(athletes) - len(shown), frames)


def read_forecasts(database: Path, athlete: str | None = None) -> tuple[list[str], pd.DataFrame]:
    """Read the forecasts only.

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
        athletes = athletes_of(connection, athlete)
        _choose(connection, athletes)
        return athletes, connection.execute(queries.OF_ATHLETES["forecasts"]).df()


@contextmanager
def _open(database: Path):
    with reading(database) as connection:
        for relation, columns in queries.LATER.items():
            _view(connection, relation, columns)
        yield connection


def _view(connection, relation: str, columns: dict[str, str]) -> None:
    """Create a view with these columns; those that the build lacks are null."""
    found = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            relation.split("."),
        ).fetchall()
    }
    selected = ", ".join(
        f"cast({_quoted(name) if name in found else 'null'} as {kind}) as {_quoted(name)}"
        for name, kind in columns.items()
    )
    source = f"from {relation}" if found else "where false"
    name = relation.replace(".", "_")
    connection.execute(f"create temp view {name} as select {selected} {source}")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _choose(connection, athletes: list[str]) -> None:
    connection.register("chosen", pd.DataFrame({"athlete_id": pd.Series(athletes, dtype=str)}))
