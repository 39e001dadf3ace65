"""Training, registry and scoring on a registry of their own."""

import pandas as pd
import pytest
from test_racetime import races

from stride.racetime import registry
from stride.racetime.train import RECEIPT, fingerprint, train

NAME = "test.training.race_time"
PASSED = pd.DataFrame({"metric": ["mape_pct"], "metric_value": [4.0], "is_passed": [True]})
FAILED = PASSED.assign(is_passed=False)


@pytest.fixture(autouse=True)
def own_registry(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


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


def test_no_races_train_nothing():
    receipt = train(races(30).assign(unused_reason="short_history"), FAILED, model_name=NAME)
    assert receipt["model_version"].isna().all()


def test_fingerprint_sees_a_second_of_difference_and_no_rounding_noise():
    data = races(5)
    other = data.assign(race_time_s=data["race_time_s"] + [0, 0, 1, 0, 0])
    noisy = data.assign(ctl=data["ctl"] * (1 + 1e-14))
    assert fingerprint(data) != fingerprint(other)
    assert fingerprint(data) == fingerprint(noisy)
