"""Estimated performance follows the truth or is not estimable; improvements raise no alarm."""

import sys

import monitoring_simulations as simulate
import numpy as np
import pandas as pd
import pytest

from stride.monitoring import estimated_performance as performance
from stride.monitoring import estimators


@pytest.fixture(scope="module")
def estimator():
    fitted = performance.fit_reference(simulate.forecasts(np.random.default_rng(1), 400))
    assert isinstance(fitted, performance.Estimator)
    return fitted


def test_inputs_where_forecasts_were_poor_are_seen_before_any_race(estimator):
    rng = np.random.default_rng(2)
    for stale_days, is_worse in ((120, False), (30, False), (500, True)):
        now = simulate.forecasts(rng, 300, stale_days)
        answer = performance.estimate(estimator, now.assign(race_time_s=np.nan)).iloc[0]
        assert answer["status"] == "estimated"
        assert answer["estimated_mape_pct"] == pytest.approx(now["true_mape_pct"].mean(), rel=0.3)
        # 30 days: better than the reference, and no alarm.
        assert answer["is_worse"] == is_worse
        assert (answer["estimated_mae_s"] > answer["limit_s"]) == is_worse
        assert answer["scored_races"] == 0 and np.isnan(answer["realised_mae_s"])


def test_other_results_for_the_same_inputs_show_in_the_realised_error_alone(estimator):
    now = simulate.forecasts(np.random.default_rng(3), 300)
    slower = now.assign(race_time_s=1.15 * now["race_time_s"])
    before, after = (performance.estimate(estimator, rows).iloc[0] for rows in (now, slower))
    assert after["estimated_mae_s"] == before["estimated_mae_s"]
    assert not after["is_worse"]
    assert after["realised_mae_s"] > 2 * after["estimated_mae_of_scored_s"]
    assert before["realised_mae_s"] == pytest.approx(before["estimated_mae_of_scored_s"], rel=0.3)


def test_too_few_races_are_a_reason_and_no_number():
    rows = simulate.forecasts(np.random.default_rng(4), performance.FLOOR - 1)
    reason = performance.fit_reference(rows)
    assert "119 races" in reason
    answer = performance.estimate(reason, rows).iloc[0]
    assert (answer["status"], answer["reason"], answer["is_worse"]) == (
        "not_estimable",
        reason,
        None,
    )
    assert pd.isna(answer["estimated_mae_s"]) and answer["realised_mae_s"] > 0


def test_a_constant_estimator_is_refused(monkeypatch):
    monkeypatch.setattr(performance, "FLOOR", 0)
    reason = performance.fit_reference(simulate.forecasts(np.random.default_rng(5), 30))
    assert "nothing but their mean error" in reason


def test_no_number_is_a_failure(estimator, monkeypatch):
    rows = simulate.forecasts(np.random.default_rng(6), 20)
    monkeypatch.setattr(
        performance, "_by_week", lambda _, rows: rows.groupby("week")["ctl"].mean() * np.nan
    )
    answer = performance.estimate(estimator, rows).iloc[0]
    assert (answer["status"], answer["is_worse"]) == ("failed", None)


def test_a_missing_input_is_a_failure_that_names_it(estimator):
    rows = simulate.forecasts(np.random.default_rng(6), 20).drop(columns="acwr")
    answer = performance.estimate(estimator, rows).iloc[0]
    assert answer["status"] == "failed" and "acwr" in answer["reason"]


def test_weeks_are_separate_and_refusals_left_out(estimator):
    rows = simulate.forecasts(np.random.default_rng(7), 4)
    rows["prediction_date"] = pd.to_datetime(
        ["2025-01-05", "2025-01-06", "2025-01-12", "2025-01-13"]
    )
    rows.loc[3, "predicted_time_s"] = np.nan
    answer = performance.estimate(estimator, rows)
    assert answer["chunk_start"].dt.day.tolist() == [30, 6]
    assert answer["chunk_end"].dt.day.tolist() == [5, 12]
    assert answer["forecasts"].tolist() == [1, 2]
    assert performance.estimate(estimator, rows.head(0)).empty


def test_a_saved_estimator_gives_the_same_result_when_loaded(estimator, tmp_path):
    rows = simulate.forecasts(np.random.default_rng(8), 50)
    again = performance.load(performance.save(estimator, tmp_path))
    pd.testing.assert_frame_equal(
        performance.estimate(again, rows), performance.estimate(estimator, rows)
    )
    assert performance.load(performance.save("a reason", tmp_path)) == "a reason"


def test_each_version_uses_its_own_estimator_and_a_broken_one_is_reported(estimator, monkeypatch):
    def kept(run_id):
        if run_id == "broken":
            raise ValueError("truncated")
        return estimator if run_id else "No champion stands."

    monkeypatch.setattr(estimators, "_estimator", kept)
    rows = simulate.forecasts(np.random.default_rng(9), 30)
    rows["model_version"] = ["1", "2", "stage-1"] * 10
    rows["model_run_id"] = ["fine", "broken", None] * 10
    answer = estimators.estimate_by_version(rows).set_index("model_version")
    assert answer["status"].to_dict() == {
        "1": "estimated",
        "2": "failed",
        "stage-1": "not_estimable",
    }
    assert answer.loc["2", "reason"] == "ValueError: truncated"
    assert estimators.estimate_by_version(rows.head(0)).empty


def test_nannyml_sends_no_usage_data_and_starts_no_threads():
    import os

    from stride.monitoring.quiet_nannyml import nannyml

    nannyml()
    assert os.environ["NML_DISABLE_USAGE_LOGGING"] == "1"
    assert getattr(sys.modules.get("flaml"), "AutoML", None) is None
