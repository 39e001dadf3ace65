"""Daily runs: killed at any step, skipped, set back to an earlier day, and replayed."""

import os
import re
import shutil
from datetime import timedelta

import duckdb
import pandas as pd
import pytest
from conftest import LAST_DAY, ROOT, Home
from test_build import content, copy_of

NEXT_DAY = LAST_DAY + timedelta(days=1)
KEPT = ("inference.inference_log", "inference.race_predictions", "monitoring.ledger_entries")
FORECASTS = (
    *("athletes", "landed_corrections", "planned_races", "stg_forecast_targets+"),
    "outbox",  # reads no forecast
)

MOMENTS = [
    "OK created sql incremental model inference.inference_log",
    "START sql incremental model monitoring.ledger_entries",
    "START sql incremental model monitoring.health",
    "START sql incremental model gold.outbox",
]
"""Where it hurts: between what is only ever added to."""


@pytest.fixture(scope="module")
def home(sample_home, tmp_path_factory) -> Home:
    """A copy of the home that the tests below advance one after the other."""
    home = copy_of(sample_home, tmp_path_factory.mktemp("daily") / "home")
    # A race to come, over a distance that nobody is forecast otherwise.
    (home.folder / "races.csv").write_text(
        f"activity_id,is_race,race_date,official_distance,note\n,,{LAST_DAY + timedelta(60)},15k,\n"
    )
    (athlete, *_) = home.ask("select min(athlete_id) from silver.athletes")[0]
    done = home.stride("import", str(home.folder / "races.csv"), "--athlete", athlete)
    assert done.returncode == 0, done.stderr
    return home


def test_a_daily_run_killed_at_each_step_neither_duplicates_nor_loses_rows(sample_home, home):
    for moment in MOMENTS:
        home.kill_dbt(moment, "run", "--threads", "1", "--select", *FORECASTS, as_of=NEXT_DAY)
    done = home.dbt("run", "--select", *FORECASTS, as_of=NEXT_DAY)
    assert done.returncode == 0, done.stdout[-3000:]
    before, after = content(sample_home), content(home)
    for name in KEPT[:2]:
        old = after[name][after[name]["prediction_date"].dt.date <= LAST_DAY].reset_index(drop=True)
        new = after[name][after[name]["prediction_date"].dt.date > LAST_DAY]
        pd.testing.assert_frame_equal(before[name], old, obj=name, check_exact=True)
        assert set(new["prediction_date"].dt.date) == {NEXT_DAY}
        # Four distances for each of three athletes, and the planned race of one of them.
        assert len(new[new["model_role"] != "challenger"]) == 13
    left_alone = home.ask(
        "select count(*) from inference.inference_log anti join inference.race_predictions "
        "using (athlete_id, prediction_date, distance_m, model_version, model_role, predicted_at)"
    )
    assert left_alone == [(0,)]
    added_to = [*(name.split(".")[1] for name in KEPT), "health", "outbox"]
    grains = [f"{name},test_name:unique_grain" for name in added_to]
    tested = home.dbt("test", "--select", *grains, as_of=NEXT_DAY)
    assert len(re.findall(r"PASS unique_grain", tested.stdout)) == 5
    assert tested.returncode == 0, tested.stdout[-3000:]


def test_a_planned_race_is_forecast_and_named_in_the_view(home):
    rows = home.ask(
        "select distance_label, predicted_time_s > 0, next_race_date from gold.athlete_predictions "
        "where next_race_date is not null"
    )
    assert rows == [("15k", True, LAST_DAY + timedelta(60))]


def test_todays_model_does_not_backfill_a_day_with_a_forecast(home):
    from stride.racetime import registry

    kept = {name: home.frame(f"from {name}") for name in KEPT}
    with another_champion(home, registry):
        for day in (LAST_DAY, LAST_DAY - timedelta(days=3)):  # the clock goes backwards
            done = home.dbt("run", "--select", *FORECASTS, as_of=day)
            assert done.returncode == 0, done.stdout[-3000:]
    for name, rows in kept.items():
        pd.testing.assert_frame_equal(home.frame(f"from {name}").head(len(rows)), rows, obj=name)
    added = home.ask(
        "select distinct prediction_date, model_version, origin from inference.race_predictions "
        f"where prediction_date not in ('{LAST_DAY}', '{NEXT_DAY}')"
    )
    # The day that nobody forecast is caught up, and marked as made afterwards.
    assert added == [(LAST_DAY - timedelta(days=3), "2", "backfill")]
    versions = home.ask("select distinct model_version from gold.athlete_predictions")
    assert versions == [("2",)]


def another_champion(home: Home, registry):
    """Version 2 as champion: the same model under a new number."""
    from contextlib import contextmanager
    from unittest import mock

    @contextmanager
    def swapped():
        with mock.patch.dict("os.environ", {"STRIDE_HOME": str(home.folder)}):
            # MLflow leaves the place that an earlier test set.
            os.environ.pop("MLFLOW_TRACKING_URI", None)
            client = registry.connect()
            name = "stride.training.race_time"
            first = client.get_model_version_by_alias(name, registry.CHAMPION)
            second = client.create_model_version(name, first.source, first.run_id, tags=first.tags)
            client.set_registered_model_alias(name, registry.CHAMPION, second.version)
            yield

    return swapped()


def test_two_runs_at_once_get_one_clear_sentence(home):
    with duckdb.connect(str(home.folder / "stride.duckdb")):
        done = home.stride("update", "--as-of", str(NEXT_DAY))
        assert done.returncode == 1
        assert re.fullmatch(
            r"Error: \S+stride.duckdb is in use by process \d+: wait until it ends, or close the "
            r"program that reads the file, then try again.\n",
            done.stderr,
        )


def test_a_release_with_other_code_leaves_the_champion_s_numbers_until_its_own_model_passes(
    sample_home, tmp_path
):
    """The release adds 0.2 to the logarithm of every time: the champion would be 22 % slower."""
    shutil.copytree(ROOT / "python" / "stride", tmp_path / "python" / "stride")
    file = tmp_path / "python" / "stride" / "racetime" / "model.py"
    before = file.read_text()
    file.write_text(before.replace("np.exp(log_time", "np.exp(0.2 + log_time"))
    assert file.read_text() != before
    home = copy_of(sample_home, tmp_path / "home")
    home.environment["PYTHONPATH"] = str(tmp_path / "python")

    def run(*models: str) -> None:
        done = home.dbt("run", "--select", *models, as_of=LAST_DAY)
        assert done.returncode == 0, done.stdout[-4000:]

    scored = ("py_score_race_time", "py_repeat_forecasts", "health")
    decided = ("py_read_code", "retraining_decision")
    run(*decided, *scored)
    wanted = sample_home.frame(TIMES)
    pd.testing.assert_frame_equal(home.frame(TIMES), wanted, check_exact=True)
    detail = "select status, detail from monitoring.health where check_name = 'champion'"
    ((status, sentence),) = home.ask(detail)
    assert status == "ok" and "version 1, which is scored by the code it carries" in sentence
    decision = "select should_train, reasons from monitoring.retraining_decision"
    because = "the code of the model is not the one that was last trained"
    assert home.ask(decision) == [(True, because)]

    # Neither a gate of the code before nor an empty registry lets the new code through.
    for lost in ("mlflow.db", "mlflow-artifacts"):
        (home.folder / lost).rename(home.folder / f"{lost}.kept")
    due = ("int_last_decision", "int_training_due", "py_train_race_time")
    run(*due, "py_score_race_time")
    receipt = "select outcome, model_version from training.py_train_race_time"
    assert home.ask(receipt) == [("gate_outdated", None)]
    assert set(home.frame(TIMES)["model_version"]) == {"stage-1"}
    shutil.rmtree(home.folder / "mlflow-artifacts", ignore_errors=True)
    for lost in ("mlflow.db", "mlflow-artifacts"):
        (home.folder / f"{lost}.kept").rename(home.folder / lost)

    # With a gate of its own it is judged as any other.
    judged = ("py_backtest_race_time", "py_evaluate_race_time", "py_judge_gate", "gate_results")
    run(*judged, *due, "training_runs", "py_score_race_time")
    outcome, version = home.ask(receipt)[0]
    assert (outcome, version) in (("kept_champion", "2"), ("gate_failed", "2"))
    times = home.frame(TIMES)
    champion = times[times["model_role"] == "champion"].reset_index(drop=True)
    pd.testing.assert_frame_equal(champion, wanted, check_exact=True)
    challenger = times[times["model_role"] == "challenger"]
    assert (challenger["predicted_time_s"].to_numpy() > 1.1 * champion["predicted_time_s"]).all()
    # One training is enough.
    run(*decided)
    assert home.ask(decision) == [(False, "nothing calls for it")]


TIMES = """
    select athlete_id, distance_m, model_role, model_version, predicted_time_s, lower_80_s,
        upper_80_s
    from inference.py_score_race_time order by all
"""
