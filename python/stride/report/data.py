"""Reads what a build left in its DuckDB file. Never writes."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from stride.errors import StrideError

# Each athlete adds about 20 kB a year to the file; beyond this a browser would suffer.
MOST_ATHLETES = 50

# Queries of one athlete's rows see the athletes of the report as the view `chosen`.
_OF_ATHLETES = {
    "today": "from gold.athlete_today semi join chosen using (athlete_id)",
    "forecasts": """
        from gold.athlete_predictions semi join chosen using (athlete_id)
        order by athlete_id, distance_m""",
    "days": """
        select athlete_id, feature_date, training_load, ctl, atl, tsb
        from features.rolling_features semi join chosen using (athlete_id)
        order by athlete_id, feature_date""",
    "weeks": """
        select athlete_id, date_trunc('week', activity_date) as week, sport,
            sum(duration_s) / 3600 as hours, coalesce(sum(distance_m), 0) / 1000 as km
        from features.activity_features semi join chosen using (athlete_id)
        group by all order by all""",
    "races": """
        select * replace (coalesce(nullif(trim(race_name), ''), '(no name)') as race_name)
        from labels.race_results semi join chosen using (athlete_id)
        order by athlete_id, race_date desc, distance_m desc, activity_id""",
    "backtest": """
        from training.backtest_predictions semi join chosen using (athlete_id)
        order by athlete_id, race_date desc, race_id""",
    "load_methods": """
        select athlete_id, load_method, count(*) as activities, sum(training_load) as load
        from features.activity_features semi join chosen using (athlete_id)
        group by all order by athlete_id, load desc""",
    "imports": """
        from monitoring.row_reconciliation semi join chosen using (athlete_id)
        order by athlete_id, ingested_at""",
    "quarantine": """
        select athlete_id, quarantine_reason as reason, count(*) as rows_landed
        from silver.quarantine semi join chosen using (athlete_id)
        group by all order by athlete_id, rows_landed desc, reason""",
}
_OF_THE_MODEL = {
    "evaluation": """
        select evaluation.* from training.model_evaluation as evaluation
        left join (select distinct distance_label, distance_m from labels.race_results) as races
            on evaluation.scope = races.distance_label
        order by scope <> 'all', distance_m, scope""",
    "leak": "from training.leak_demonstration",
    "gate": "from training.gate_results order by criterion",
    "trained": "from training.training_runs order by trained_at desc limit 1",
}


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
        By the names of the queries above.
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
        shown = athletes[:MOST_ATHLETES]
        connection.register("chosen", pd.DataFrame({"athlete_id": pd.Series(shown, dtype=str)}))
        queries = _OF_ATHLETES | _OF_THE_MODEL
        frames = {name: connection.execute(query).df() for name, query in queries.items()}
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
        connection.register("chosen", pd.DataFrame({"athlete_id": pd.Series(athletes, dtype=str)}))
        return athletes, connection.execute(_OF_ATHLETES["forecasts"]).df()


@contextmanager
def _open(database: Path):
    if not database.is_file():
        raise StrideError(f"There is no build at {database} yet: run `make build` first.")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            yield connection
    except duckdb.CatalogException:
        raise StrideError(f"The build in {database} is not complete: run `make build`.") from None
    except duckdb.IOException:
        raise StrideError(
            f"{database} can't be read: wait for the running build, or run `make build` again."
        ) from None


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
