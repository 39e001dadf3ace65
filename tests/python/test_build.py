"""The complete build: correct numbers, and the same tables after repeated or killed runs."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
from conftest import LAST_DAY, Home

OF_THE_RUN = {
    "run_id",
    "model_run_id",
    "standing_run_id",
    "champion_run_id",
    "decision_id",
    "decided_at",
    "invocation_id",
    "trained_at",
    "last_trained_at",
    "predicted_at",
    "checked_at",
    "marked_at",
    "row_checksum",  # of rows with these columns
}
"""Columns that name the run; all others must not depend on it."""
OF_THE_RUN_ALONE = re.compile(
    r"features\.int_|training\.(py_|int_training_due)|monitoring\.stg_earlier_marks"
)
"""Tables of what this run computed or trained, or found of an earlier run."""


def copy_of(home: Home, folder: Path) -> Home:
    shutil.copytree(home.folder, folder)
    return Home(folder)


def content(home: Home) -> dict[str, pd.DataFrame]:
    """Return all tables, sorted, without columns specific to a run."""
    tables = {}
    for name in home.tables():
        if OF_THE_RUN_ALONE.match(name):
            continue
        frame = home.frame(f"select * from {name}")
        frame = frame.drop(columns=[column for column in frame if column in OF_THE_RUN])
        tables[name] = frame.sort_values(list(frame), ignore_index=True)
    return tables


ROUNDING = {"check_exact": False, "rtol": 1e-9, "atol": 1e-12}
"""DuckDB's threads finish as they like, so a sum of the same numbers may end in another bit. The
tolerance is that of parity between engines."""
SUMMARIES = re.compile(
    r"training\.(baseline_comparison|model_evaluation|gate_results)"
    r"|gold\.track_record|monitoring\.stg_"
)
"""Tables that every run adds up anew; what is of record stays to the last bit."""


def assert_same(left: dict, right: dict) -> None:
    assert list(left) == list(right)
    for name in left:
        how = ROUNDING if SUMMARIES.match(name) else {"check_exact": True}
        pd.testing.assert_frame_equal(left[name], right[name], obj=name, **how)


def assert_computed_alike(left: dict, right: dict) -> None:
    """Equal except for the last bits, as two full builds sum in different orders.

    So what the model learned from has another hash.
    """
    assert list(left) == list(right)
    for name in left:
        texts = ["data_fingerprint", "model_inputs"]  # hash and text of such numbers
        pair = [t[name].drop(columns=texts, errors="ignore") for t in (left, right)]
        pd.testing.assert_frame_equal(*pair, obj=name, **ROUNDING)


def test_fitness_and_fatigue_are_the_recursion(sample_home):
    daily = sample_home.frame("from features.daily_features order by athlete_id, feature_date")
    rolled = sample_home.frame("from features.rolling_features order by athlete_id, feature_date")
    assert daily.groupby("athlete_id").size().min() > 600  # more than one block of 512 days
    for _, days in daily.groupby("athlete_id"):
        state = rolled.loc[days.index]
        for column, tau in (("ctl", 42), ("atl", 7)):
            value, alpha, expected = 0.0, 1 - np.exp(-1 / tau), []
            for load in days["training_load"]:
                value += alpha * (load - value)
                expected.append(value)
            np.testing.assert_allclose(state[column], expected, rtol=1e-10)
        before = (state["ctl"] - state["atl"]).shift(1, fill_value=0.0)
        np.testing.assert_allclose(state["tsb"], before, atol=1e-12)
        loads = days["training_load"]
        acwr = (loads.rolling(7).mean() / loads.rolling(28).mean()).to_numpy()
        known = state["acwr"].notna().to_numpy()
        assert known.sum() > 300
        np.testing.assert_allclose(state["acwr"][known], acwr[known], rtol=1e-10)


def test_every_landed_row_is_accounted_for(sample_home):
    (totals,) = sample_home.ask(
        """select sum(rows_landed), sum(rows_kept + rows_duplicate + rows_quarantined),
        sum(rows_duplicate), sum(rows_quarantined), sum(rows_unaccounted)
        from monitoring.row_reconciliation"""
    )
    landed, found, duplicates, quarantined, unaccounted = totals
    assert landed == found and unaccounted == 0
    assert duplicates >= 1 and quarantined >= 3  # the sample has bad rows on purpose


def test_evening_runs_stay_on_the_athletes_day(sample_home):
    rows = sample_home.ask(
        """select a.started_at, a.activity_date, s.time_zone
        from silver.activities a join silver.athletes s using (athlete_id)"""
    )
    utc = ZoneInfo("UTC")
    for started_at, day, zone in rows:
        assert started_at.replace(tzinfo=utc).astimezone(ZoneInfo(zone)).date() == day
    assert sum(started_at.date() != day for started_at, day, _ in rows) > 20


def test_every_athlete_is_forecast_over_every_distance(sample_home):
    rows = sample_home.frame("from gold.athlete_predictions order by athlete_id, distance_m")
    assert rows.groupby("athlete_id")["distance_label"].agg(list).map(tuple).unique().tolist() == [
        ("5k", "10k", "half marathon", "marathon")
    ]
    assert (rows["lower_80_s"] < rows["predicted_time_s"]).all()
    assert (rows["predicted_time_s"] < rows["upper_80_s"]).all()
    assert rows.groupby("athlete_id")["predicted_time_s"].is_monotonic_increasing.all()
    assert set(rows["prediction_date"].dt.date) == {LAST_DAY}


def test_repeating_a_build_adds_no_rows(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "again")
    home.build()
    assert_same(content(sample_home), content(home))
    assert home.ask("select predicted_at from inference.race_predictions order by 1") == (
        sample_home.ask("select predicted_at from inference.race_predictions order by 1")
    )


def test_the_next_day_adds_one_day_and_changes_no_earlier_rows(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "later")
    next_day = LAST_DAY + timedelta(days=1)
    home.build(next_day)
    before, after = content(sample_home), content(home)
    for name, day in {
        "features.daily_features": "feature_date",
        "features.rolling_features": "feature_date",
        "inference.race_predictions": "prediction_date",
        "inference.inference_log": "prediction_date",
    }.items():
        old = after[name][after[name][day].dt.date <= LAST_DAY].reset_index(drop=True)
        new = after[name][after[name][day].dt.date > LAST_DAY]
        pd.testing.assert_frame_equal(before[name], old, obj=name, check_exact=True)
        assert set(new[day].dt.date) == {next_day}
        if day == "prediction_date":  # four distances each; a challenger speaks beside them
            new = new[new["model_role"] != "challenger"]
        assert len(new) == 3 * (1 if day == "feature_date" else 4)
    for name in ("silver.activities", "features.activity_features", "labels.race_results"):
        pd.testing.assert_frame_equal(before[name], after[name], obj=name, check_exact=True)


def test_a_killed_build_run_again_gives_the_same_tables(sample_home, tmp_path):
    moment = "START python table model training.py_train"
    home = Home(tmp_path / "killed")
    shutil.copytree(sample_home.folder / "landing", home.folder / "landing")
    home.kill_dbt(moment, "build", as_of=LAST_DAY)
    assert len(home.tables()) < len(sample_home.tables())
    home.build()
    assert_computed_alike(content(sample_home), content(home))


def test_without_an_as_of_date_the_build_uses_each_athletes_today(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "today")
    before = date.today() - timedelta(days=1)
    assert home.dbt("run", "--select", "athletes").returncode == 0
    for zone, day in home.ask("select time_zone, as_of_date from silver.athletes"):
        assert before <= day <= before + timedelta(days=3), zone


def test_an_unreadable_day_gets_one_clear_sentence(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "typo")
    done = home.dbt("run", "--select", "athletes", "--vars", "{as_of_date: yesterday}")
    assert done.returncode != 0
    assert "The var as_of_date is 'yesterday': write a day such as 2024-12-01." in done.stdout


def test_a_build_before_any_import_names_the_next_step(tmp_path):
    home = Home(tmp_path / "new")
    home.folder.mkdir()
    done = home.dbt("build")
    assert done.returncode != 0
    assert done.stdout.count("Nothing has been imported yet") == 1
    assert "stride import" in done.stdout


def test_without_history_the_fallback_forecasts_in_a_home_of_any_name(sample_home, tmp_path):
    home = Home(tmp_path / "Ana's own home")
    shutil.copytree(sample_home.folder / "landing", home.folder / "landing")
    home.build(date(2000, 1, 1))
    rows = home.ask(
        "select distinct support, model_role, lower_80_s > 0 from inference.race_predictions"
    )
    # Nothing is known of anybody: a refusal is better than the average of strangers.
    assert rows == [("none", "stage-1", None)]
    assert home.ask("select count(*) from features.daily_features") == [(0,)]


def test_docs_can_be_generated(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "docs")
    done = home.dbt("docs", "generate", "--static", as_of=LAST_DAY)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (home.folder / "target" / "static_index.html").stat().st_size > 1_000_000


def test_one_athlete_without_imports_is_stale_though_the_others_are_fresh(sample_home, tmp_path):
    home = copy_of(sample_home, tmp_path / "stale")
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        connection.execute(
            """update bronze.landed_imports set ingested_at = ingested_at - interval 30 day
            where athlete_id = 'sample-2'"""
        )
    done = home.dbt("source", "freshness")
    assert "WARN freshness of landing.imports" in done.stdout, done.stdout[-2000:]


def test_freshness_is_of_the_import_and_not_of_the_athletes_training(sample_home):
    done = sample_home.dbt("source", "freshness")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "PASS freshness of landing.imports" in done.stdout
