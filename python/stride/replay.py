"""The time machine: the pipeline run morning by morning over the past, as it would have run.

All of it happens in one process, with dbt's project parsed once, in a home of its own: its registry
learns from the replayed past alone, so no model can know the future of a day that it forecasts.
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
"""When a replayed run begins, UTC."""

_WITH_TRAINING = ("build", "--selector", "monthly", "--exclude-resource-type", "unit_test")
_WITHOUT = ("run", "--selector", "daily")
"""The tests run on mornings with training; on the others they would take as long as the models."""
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
        """One line about it.

        Examples
        --------
        >>> Morning(date(2024, 3, 1), 9.81, True, 40, 3).line()
        '2024-03-01  9.8 s  40 forecasts, 3 scored  (trained)'
        """
        trained = "  (trained)" if self.is_training else ""
        counts = f"{counted(self.forecasts, 'forecast')}, {self.scored:,} scored"
        return f"{self.day}  {self.seconds:.1f} s  {counts}{trained}"


class Replay:
    """A replay in its own home.

    Parameters
    ----------
    home : Path
        Folder of the replay; made if missing.
    own_home : Path
        The athletes' own home, which is left alone.
    landing : Path
        What was imported; copied once.
    athletes : sequence of str
        Only them; empty: all.

    Raises
    ------
    StrideError
        If the replay would be in the own home, or there is nothing to replay.
    """

    def __init__(self, home: Path, own_home: Path, landing: Path, athletes=()):
        if home.resolve() == own_home.resolve():
            raise StrideError(
                f"{home} holds your own forecasts, and its models know how it all went on: "
                "replay in another folder (--home)."
            )
        project.folder()
        ensure_free(home / "stride.duckdb")
        self.home = home
        self.database = home / "stride.duckdb"
        _copy_landing(landing, home / "landing", athletes)

    def mornings(self, first: date, last: date, every: int = 1) -> Iterator[Morning]:
        """Run every morning that was not run yet.

        Parameters
        ----------
        first, last : date
            Both included.
        every : int
            Days from one morning to the next.

        Yields
        ------
        Morning

        Raises
        ------
        StrideError
            If a run failed; the sentence names dbt's log.
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
        # Back in time the models of later mornings would speak of earlier ones.
        return [day for day in days if done is None or day > done]

    def _run(self, dbt: project.Dbt, day: date, *arguments: str) -> None:
        if not dbt.run(*arguments).success:
            raise StrideError(
                f"The run as of {day} failed; dbt's log is in {project.log_file(self.home)}."
            )

    def _is_training_due(self) -> bool:
        """What yesterday's run decided; a decision of the morning that trained is carried out."""
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
        return tuple(self._ask(f"select count(*) from {table}")[0][0] for table in tables)

    def _ask(self, sql: str) -> list[tuple] | None:
        """Rows of a query; None where a table is not there yet."""
        return _ask(self.database, sql)


def track_record_lines(database: Path) -> list[str]:
    """The track record as lines of text.

    Parameters
    ----------
    database : Path

    Returns
    -------
    list of str
        A header and a line for each distance and number of days ahead; empty if no race was run.
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
    """Copy what was imported of the athletes, with the files that hold the columns."""
    if not any((landing / "activities").glob("[!0]*.parquet")):
        raise StrideError(f"Nothing has been imported yet into {landing}: there is no past.")
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
