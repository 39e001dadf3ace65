"""Training, registry and scoring on a registry of their own."""

import numpy as np
import pandas as pd
import pytest
from test_racetime import NAN, races

from stride.racetime import registry
from stride.racetime.score import COLUMNS, FALLBACK, score
from stride.racetime.train import RECEIPT, fingerprint, train

NAME = "test.training.race_time"
PASSED = pd.DataFrame({"metric": ["mape_pct"], "metric_value": [4.0], "is_passed": [True]})
FAILED = PASSED.assign(is_passed=False)


@pytest.fixture(autouse=True)
def own_registry(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def targets() -> pd.DataFrame:
    """One athlete with a race behind, one without any history."""
    known = {
        "athlete_id": "a",
        "prediction_date": pd.Timestamp("2024-06-02"),
        "feature_date": pd.Timestamp("2024-06-01"),
        "distance_label": "10k",
        "distance_m": 10000.0,
        "days_of_history": 400.0,
        "ctl": 50.0,
        "atl": 60.0,
        "tsb": -10.0,
        "acwr": 1.1,
        "run_distance_7d_m": 50e3,
        "run_distance_28d_m": 200e3,
        "run_distance_84d_m": 600e3,
        "longest_run_60d_m": 25e3,
        "races_before": 3,
        "last_race_distance_m": 5000.0,
        "last_race_time_s": 1200.0,
        "days_since_last_race": 20.0,
    }
    new = {key: NAN if isinstance(value, float) else value for key, value in known.items()}
    new |= {"athlete_id": "b", "distance_m": 10000.0, "races_before": 0, "feature_date": pd.NaT}
    return pd.DataFrame([known, new])


def test_same_data_trains_once_and_a_pass_makes_a_champion():
    one, two = (train(races(30), PASSED, model_name=NAME).iloc[0] for _ in range(2))
    assert list(one.index) == list(RECEIPT)
    assert (one["model_version"], two["model_version"]) == ("1", "1")
    assert one["run_id"] == two["run_id"]
    assert (one["model_role"], one["champion_version"]) == ("champion", "1")


def test_a_failed_gate_leaves_the_champion_standing():
    train(races(30), PASSED, model_name=NAME)
    receipt = train(races(31), FAILED, model_name=NAME).iloc[0]
    assert (receipt["model_version"], receipt["model_role"]) == ("2", "challenger")
    assert receipt["champion_version"] == "1"


def test_a_new_champion_remembers_the_one_before():
    train(races(30), PASSED, model_name=NAME)
    train(races(31), PASSED, model_name=NAME)
    client = registry.connect()
    assert registry.by_alias(client, NAME, registry.CHAMPION).number == "2"
    assert registry.by_alias(client, NAME, registry.PREVIOUS).number == "1"


def test_an_empty_gate_is_no_pass():
    receipt = train(races(30), PASSED.head(0), model_name=NAME).iloc[0]
    assert receipt["model_role"] == "challenger" and receipt["champion_version"] is None


def test_no_races_train_nothing_and_the_fallback_is_named():
    receipt = train(races(30).assign(unused_reason="short_history"), FAILED, model_name=NAME)
    assert receipt["model_version"].isna().all()
    scores = score(targets(), receipt)
    assert set(scores["model_version"]) == {FALLBACK}
    assert list(scores.columns) == list(COLUMNS)


def test_scores_come_from_the_registered_champion():
    receipt = train(races(30), PASSED, model_name=NAME)
    scores = score(targets(), receipt).set_index("athlete_id")
    assert set(scores["model_version"]) == {"1"}
    assert list(scores["support"]) == ["earlier_race", "population_only"]
    width = np.log(scores["upper_80_s"] / scores["lower_80_s"])
    assert width["b"] > 2 * width["a"]
    assert scores.loc["a", "baseline_time_s"] == pytest.approx(1200 * 2**1.06)
    assert np.isnan(scores.loc["b", "baseline_time_s"])


def test_fingerprint_sees_a_second_of_difference_and_no_rounding_noise():
    data = races(5)
    other = data.assign(race_time_s=data["race_time_s"] + [0, 0, 1, 0, 0])
    noisy = data.assign(ctl=data["ctl"] * (1 + 1e-14))
    assert fingerprint(data) != fingerprint(other)
    assert fingerprint(data) == fingerprint(noisy)
