"""Simulates past daily runs of the pipeline.

A replay runs in one process, parses the dbt project once and has a separate home. Its registry
contains only models trained during the replay, so no model has seen the future of its forecasts.
"""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from stride import project
from stride.database import ensure_free
from stride.errors import StrideError
from stride.ingest.schema import KINDS
from stride.plural import counted

MORNING = "05:00:00"
"""Start time of a replayed run, UTC."""

_WITH_TRAINING = ("build", "--selector", "monthly", "--exclude-resource-type", "unit_test")
_WITHOUT = ("run", "--selector", "daily")
"""Data tests only run on mornings with training, as they take as long as the models."""
_OWN = {"STRIDE_TARGET": "local"} | dict.fromkeys(
    ("STRIDE_LANDING", "MLFLOW_TRACKING_URI", "STRIDE_RUN_AT", "STRIDE_AS_OF"), ""
)
"""The environment of a replay: its own home and nothing else's."""


class Morning(NamedTuple):
    """One replayed run."""

    day: date
    seconds: float
    is_training: bool
    forecasts: int
    """Rows of `inference.race_predictions` so far."""
    scored: int
    """Rows of `monitoring.prediction_ledger` so far."""

    def line(self) -> str:
        """Format the run as one line.

        Examples
        --------
        >>> Morning(date(2024, 3, 1), 9.81, True, 40, 3).line()
        '2024-03-01  9.8 s  40 forecasts, 3 scored  (trained)'
        """
        trained = "  (trained)" if self.is_training else ""
        counts = f"{counted(self.forecasts, 'forecast')}, {self.scored:,} scored"
        return f"{self.day}  {self.seconds:.1f} s  {counts}{trained}"


class Replay:
    """A replay in a separate home.

    Parameters
    ----------
    home : Path
        Folder of the replay; created if missing.
    own_home : Path
        The real home, which is not changed.
    landing : Path
        The landing, which is copied once.
    athletes : sequence of str
        Only these athletes; empty: all.

    Raises
    ------
    StrideError
        If the replay's home is the real home, or there is nothing to replay.
    """

    def __init__(self, home: Path, own_home: Path, landing: Path, athletes=()):
        if home.resolve() == own_home.resolve():
            raise StrideError(
                f"{home} contains your own forecasts, and its models are trained on later data: "
                "replay in another folder (--home)."
            )
        project.folder()
        ensure_free(home / "stride.duckdb")
        self.home = home
        self.database = home / "stride.duckdb"
        _copy_landing(landing, home / "landing", athletes)

    def mornings(self, first: date, last: date, every: int = 1) -> Iterator[Morning]:
        """Run each morning that has not run yet.

        Parameters
        ----------
        first, last : date
            First and last day, both included.
        every : int
            Days between mornings.

        Yields
        ------
        Morning

        Raises
        ------
        StrideError
            If a run failed; the message names dbt's log.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with project.environment(self.home, **_OWN):
            dbt = project.Dbt()
            for day in self.to_do(first, last, every):
                began = time.monotonic()
                os.environ["STRIDE_RUN_AT"] = f"{day} {MORNING}"
                os.environ["STRIDE_AS_OF"] = str(day)
                is_training = self._is_training_due()
                self._run(dbt, day, *(_WITH_TRAINING if is_training else _WITHOUT))
                yield Morning(day, time.monotonic() - began, is_training, *self._counts())

    def to_do(self, first: date, last: date, every: int = 1) -> list[date]:
        """The mornings that were not run yet; see `mornings`."""
        done = self._last_morning()
        days = (first + timedelta(n) for n in range(0, (last - first).days + 1, every))
        # Models of later mornings must not forecast earlier ones.
        return [day for day in days if done is None or day > done]

    def _run(self, dbt: project.Dbt, day: date, *arguments: str) -> None:
        if not dbt.run(*arguments).success:
            raise StrideError(
                f"The run as of {day} failed; dbt's log is in {project.log_file(self.home)}."
            )

    def _is_training_due(self) -> bool:
        """Whether the previous run decided to train and no training has followed."""
        due = self._ask(
            """
            select count(*) > 0 from monitoring.retraining_decision
            where should_train
                and decided_on
                > (select coalesce(max(trained_on), date '0001-01-01') from training.training_runs)
            """
        )
        return due is None or due[0][0]

    def _last_morning(self) -> date | None:
        rows = self._ask("select max(prediction_date) from inference.race_predictions")
        return rows[0][0] if rows else None

    def _counts(self) -> tuple[int, int]:
        tables = ("inference.race_predictions", "monitoring.prediction_ledger")
        forecasts, scored = (self._ask(f"select count(*) from {table}") for table in tables)
        return (forecasts[0][0] if forecasts else 0, scored[0][0] if scored else 0)

    def _ask(self, sql: str) -> list[tuple] | None:
        """Return the rows of a query, or None if a table does not exist yet."""
        return _ask(self.database, sql)


def track_record_lines(database: Path) -> list[str]:
    """Format the track record as lines of text.

    Parameters
    ----------
    database : Path

    Returns
    -------
    list of str
        A header and a line for each distance and number of days ahead.
    """
    rows = _ask(
        database,
        """
        select distance_label, days_ahead, races, mape_pct, bias_pct, coverage_pct,
            races_with_baseline, paired_mape_pct, baseline_mape_pct, races_unforecast, races_refused
        from gold.track_record order by distance_label = 'all' desc, distance_label, days_ahead
        """,
    )
    if not rows:
        return ["No race has been scored."]
    lines = [
        f"{'':14} {'ahead':>5} {'races':>5} {'error':>7} {'bias':>7} {'inside':>7}"
        f" {'beside':>6} {'error':>7} {'Riegel':>7} {'not forecast':>13}"
    ]
    for label, days, races, error, bias, inside, beside, own, riegel, unforecast, refused in rows:
        lines.append(
            f"{label:14} {days:>5} {races:>5} {_pct(error):>7} {_pct(bias):>7} {_pct(inside):>7}"
            f" {beside:>6} {_pct(own):>7} {_pct(riegel):>7} {unforecast + refused:>13}"
        )
    return lines


def _pct(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} %"


def _ask(database: Path, sql: str) -> list[tuple] | None:
    import duckdb

    if not database.exists():
        return None
    with duckdb.connect(str(database)) as connection:
        try:
            return connection.execute(sql).fetchall()
        except duckdb.CatalogException:
            return None


def _copy_landing(landing: Path, target: Path, athletes) -> None:
    """Copy the landed files of the athletes and the files with the columns."""
    if not any((landing / "activities").glob("[!0]*.parquet")):
        raise StrideError(f"Nothing has been imported into {landing} yet: nothing to replay.")
    for athlete in athletes:
        if not any((landing / "activities").glob(f"{athlete}.*.parquet")):
            raise StrideError(f"There is no athlete {athlete} in {landing}.")
    for kind in KINDS:
        (target / kind).mkdir(parents=True, exist_ok=True)
        for file in (landing / kind).glob("*.parquet"):
            owner = file.name.rsplit(".", 2)[0]
            is_wanted = not athletes or owner in athletes or file.name.startswith("0000-")
            if is_wanted and not (target / kind / file.name).exists():
                shutil.copy2(file, target / kind / file.name)
