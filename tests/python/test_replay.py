"""Replay: order of days, separate home and simulated time; dbt is replaced by a table."""

import os
from datetime import date, timedelta

import duckdb
import pytest
from conftest import ROOT

from stride import clock
from stride.errors import StrideError
from stride.replay import Replay, track_record_lines

FIRST = date(2024, 3, 1)


class Played(Replay):
    """Records the calls of dbt and writes the tables of a run."""

    decisions = frozenset()
    """Days whose run says that the next one should train."""

    def _run(self, dbt, day, *arguments):
        assert os.environ["STRIDE_AS_OF"] == str(day)
        assert clock.now().date() == day and os.environ["STRIDE_HOME"] == str(self.home)
        with duckdb.connect(str(self.database)) as connection:
            for statement in (
                "create schema if not exists inference",
                "create schema if not exists monitoring",
                "create schema if not exists training",
                "create table if not exists inference.race_predictions (prediction_date date)",
                "create table if not exists monitoring.prediction_ledger (race_id varchar)",
                "create table if not exists training.training_runs (trained_on date)",
                f"insert into inference.race_predictions values ('{day}')",
                "create or replace table monitoring.retraining_decision as "
                f"select date '{day}' as decided_on, {day in self.decisions} as should_train",
            ):
                connection.execute(statement)
            if "monthly" in arguments:
                connection.execute(f"insert into training.training_runs values ('{day}')")


@pytest.fixture
def landing(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    landing = tmp_path / "own" / "landing"
    (landing / "activities").mkdir(parents=True)
    for name in ("0000-columns", "ana.0001-x", "bob.0001-x", "ana.b.0001-x"):
        (landing / "activities" / f"{name}.parquet").touch()
    return landing


def played(landing, **decided) -> Played:
    replay = Played(landing.parent.parent / "replay", landing.parent, landing)
    replay.decisions = decided.get("decisions", frozenset())
    return replay


def days(replay, last, every=1) -> list[tuple]:
    return [(m.day, m.is_training) for m in replay.mornings(FIRST, last, every)]


def test_the_first_morning_trains_and_later_ones_when_the_day_before_decided_so(landing):
    replay = played(landing, decisions={FIRST, FIRST + timedelta(2)})
    # What the first morning decided before it trained was carried out by it.
    trained = [is_training for _, is_training in days(replay, FIRST + timedelta(4))]
    assert trained == [True, False, False, True, False]


def test_it_goes_on_after_the_last_morning_and_never_back(landing):
    assert [day for day, _ in days(played(landing), FIRST + timedelta(4), every=2)] == [
        FIRST + timedelta(ahead) for ahead in (0, 2, 4)
    ]
    again = days(played(landing), FIRST + timedelta(6))
    assert again == [(FIRST + timedelta(ahead), False) for ahead in (5, 6)]


def test_the_clock_and_the_home_are_given_back(landing, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", "mine")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://example.invalid")
    monkeypatch.delenv("STRIDE_RUN_AT", raising=False)
    days(played(landing), FIRST)
    assert (os.environ["STRIDE_HOME"], os.environ["MLFLOW_TRACKING_URI"]) == (
        *("mine", "http://example.invalid"),
    )
    assert "STRIDE_RUN_AT" not in os.environ


def test_only_the_chosen_athletes_are_copied(landing, tmp_path):
    Played(tmp_path / "one", landing.parent, landing, ["ana"])
    copied = sorted(file.name for file in (tmp_path / "one/landing/activities").iterdir())
    assert copied == ["0000-columns.parquet", "ana.0001-x.parquet"]


def test_invalid_replays_get_one_sentence(landing, tmp_path):
    with pytest.raises(StrideError, match="contains your own forecasts"):
        Played(landing.parent, landing.parent, landing)
    with pytest.raises(StrideError, match="There is no athlete eve"):
        Played(tmp_path / "r", landing.parent, landing, ["eve"])
    with pytest.raises(StrideError, match="Nothing has been imported"):
        Played(tmp_path / "r", landing.parent, tmp_path / "empty")


def test_a_home_without_a_race_is_reported(tmp_path):
    assert track_record_lines(tmp_path / "stride.duckdb") == ["No race has been scored."]
