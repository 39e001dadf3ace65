"""Scoring: roles of the models in a run and the log, on a separate registry."""

import json
import pickle
import shutil
import sqlite3

import numpy as np
import pandas as pd
import pytest
from test_registry import FAILED, NAME, opened, own_registry, races, run  # noqa: F401

from stride.monitoring.repeated import repeat
from stride.racetime import model as model_module
from stride.racetime import model_code, registry
from stride.racetime.model import FEATURES
from stride.racetime.score import (
    COLUMNS,
    FALLBACK,
    NO_CHAMPION,
    UNREACHABLE,
    UNUSABLE,
    Voice,
    score,
    scorer,
    voices,
)

NAN = float("nan")


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


def scores() -> pd.DataFrame:
    return scorer(NAME)(targets())


def test_without_a_champion_the_fallback_forecasts_and_is_named():
    spoken = scores()
    assert list(spoken.columns) == list(COLUMNS)
    assert set(spoken["model_version"]) == set(spoken["model_role"]) == {FALLBACK}
    assert set(spoken["fallback_reason"]) == {NO_CHAMPION}
    assert spoken["predicted_time_s"].notna().any()


def test_champion_and_challenger_both_forecast():
    run(races(30))
    run(races(31), FAILED)
    spoken = scores()
    assert spoken[["athlete_id", "model_role", "model_version"]].to_numpy().tolist() == [
        ["a", "champion", "1"],
        ["b", "champion", "1"],
        ["a", "challenger", "2"],
        ["b", "challenger", "2"],
    ]
    assert spoken["fallback_reason"].isna().all()
    known = spoken[spoken["athlete_id"] == "a"]
    np.testing.assert_allclose(known["baseline_time_s"], 1200 * 2**1.06)
    assert spoken.loc[spoken["athlete_id"] == "b", "baseline_time_s"].isna().all()


def test_a_champion_is_not_its_own_challenger():
    run(races(30))
    assert [voice.role for voice in voices(NAME)] == ["champion"]


def test_an_unreachable_registry_delays_by_seconds_and_the_row_has_the_reason(monkeypatch, caplog):
    import mlflow

    nowhere = "http://127.0.0.1:9"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", nowhere)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.set_tracking_uri(nowhere)  # in this process another one was set before
    spoken = scores()
    assert set(spoken["model_version"]) == {FALLBACK}
    assert set(spoken["fallback_reason"]) == {UNREACHABLE}
    assert "registry can't be reached" in caplog.text


def test_a_registry_of_another_mlflow_version_gives_a_reason_and_advice(tmp_path, monkeypatch):
    run(races(30))
    home = tmp_path / "other"  # MLflow looks at the tables of an address once
    home.mkdir()
    shutil.copy(tmp_path / "mlflow.db", home)
    with sqlite3.connect(home / "mlflow.db") as database:
        database.execute("update alembic_version set version_num = 'bd07f7e963c5'")
    monkeypatch.setenv("STRIDE_HOME", str(home))
    spoken = scores()
    assert set(spoken["fallback_reason"]) == {UNREACHABLE}
    (sentence,) = set(spoken["fallback_detail"])
    address = f"sqlite:///{home}/mlflow.db"
    assert sentence.startswith(
        f"{home}/mlflow.db was made by another MLflow: copy it, then run mlflow db upgrade "
        f"{address}."
    )


def test_with_a_deleted_artifact_the_fallback_forecasts_and_the_row_has_the_reason(
    tmp_path, caplog
):
    run(races(30))
    shutil.rmtree(tmp_path / "mlflow-artifacts")
    spoken = scores()
    assert set(spoken["model_version"]) == {FALLBACK}
    assert set(spoken["fallback_reason"]) == {UNUSABLE}
    assert "Version 1 (champion) can't be loaded" in caplog.text


def test_a_missing_challenger_does_not_affect_the_champion(tmp_path, caplog):
    run(races(30))
    before = set((tmp_path / "mlflow-artifacts").rglob("model.skops"))
    run(races(31), FAILED)
    for artifact in set((tmp_path / "mlflow-artifacts").rglob("model.skops")) - before:
        artifact.unlink()
    assert [voice.version for voice in voices(NAME)] == ["1"]
    assert "(challenger) can't be loaded" in caplog.text
    assert set(scores()["silent_challenger"]) == {"2"}


def test_an_available_or_absent_challenger_is_not_reported_as_unavailable():
    run(races(30))
    assert scores()["silent_challenger"].isna().all()
    run(races(31), FAILED)
    assert scores()["silent_challenger"].isna().all()


def test_versions_are_resolved_once_per_run():
    run(races(30))
    asked = scorer(NAME)
    run(races(31))
    assert set(asked(targets())["model_version"]) == {"1"}
    assert "2" in set(scores()["model_version"])


class Reluctant:
    """Forecasts the first athlete and refuses the second."""

    def predict_interval(self, X):
        given = X["races_before"] > 0
        return pd.DataFrame(
            {
                "predicted_time_s": np.where(given, 2400.0, NAN),
                "lower_80_s": np.where(given, 2300.0, NAN),
                "upper_80_s": np.where(given, 2500.0, NAN),
                "support": np.where(given, "one_race", "none"),
                "refusal_reason": np.where(given, None, "no_evidence"),
            },
            index=X.index,
        )


def test_a_refusal_is_a_row_without_a_time_and_with_its_reason():
    spoken = score(
        targets(),
        model_name=NAME,
        voices=[Voice("1", "champion", "run", Reluctant())],
        code_commit="abc",
    ).set_index("athlete_id")
    assert spoken["predicted_time_s"].notna().tolist() == [True, False]
    assert spoken["refusal_reason"].tolist() == [None, "no_evidence"]
    assert spoken["support"].tolist() == ["one_race", "none"]


def test_a_forecast_is_not_lost_for_want_of_reasons(caplog):
    broken = Voice("1", "champion", "run", Reluctant(), background=pd.DataFrame({"no": ["sense"]}))
    spoken = score(targets(), model_name=NAME, voices=[broken], code_commit="abc")
    assert len(spoken) == 2 and spoken["reason_1"].isna().all()
    assert "gave no reasons" in caplog.text


def test_all_that_the_model_read_is_kept():
    inputs = json.loads(scores().loc[0, "model_inputs"])
    assert list(inputs) == [name for name in FEATURES if name in inputs]
    for name, value in targets().reindex(columns=list(inputs)).loc[0].items():
        if isinstance(value, float) and np.isnan(value):
            assert inputs[name] is None
            continue
        assert inputs[name] == (pytest.approx(value) if isinstance(value, float) else value)
    assert "last_race_time_s" in inputs


def test_no_athletes_to_forecast_is_no_error():
    assert list(scorer(NAME)(targets().head(0)).columns) == list(COLUMNS)


def let_installed_code_add(monkeypatch, share: float, is_release: bool = True) -> None:
    """Let the installed model add to every correction; as a release it is other code as well."""
    bounded, digest = model_module._bounded, model_code.digest
    monkeypatch.setattr(model_module, "_bounded", lambda *of: bounded(*of) + share)
    if is_release:

        def other(root=None):
            return digest(root) if root else "0" * 64

        monkeypatch.setattr(model_code, "digest", other)


def test_after_a_release_the_champion_is_scored_by_the_code_it_carries(monkeypatch):
    run(races(30))
    before = scores()
    assert not before["is_carried_code"].any()
    let_installed_code_add(monkeypatch, 0.2)
    assert registry.load(NAME, "1").n_races_ == 30
    for asked in (scorer(NAME), pickle.loads(pickle.dumps(scorer(NAME)))):  # as Spark's workers do
        after = asked(targets())
        assert after["is_carried_code"].all()
        pd.testing.assert_frame_equal(
            before.drop(columns="is_carried_code"),
            after.drop(columns="is_carried_code"),
            check_exact=True,
        )


def test_a_version_that_other_packages_forecast_otherwise_is_refused(monkeypatch):
    run(races(30))
    let_installed_code_add(monkeypatch, 1e-6, is_release=False)
    spoken = scores()
    assert set(spoken["fallback_reason"]) == {UNUSABLE}
    (sentence,) = set(spoken["fallback_detail"])
    assert sentence.startswith(f"Version 1 of {NAME} can't be loaded (with the packages installed")


@pytest.mark.parametrize("name", ["model.skops", "model.py", "examples.json", "added.py"])
def test_a_version_whose_files_were_edited_is_refused(tmp_path, name):
    run(races(30))
    (known,) = (tmp_path / "mlflow-artifacts").rglob("model.py")
    file = known.with_name(name)
    if name != "added.py":
        (file,) = (tmp_path / "mlflow-artifacts").rglob(name)
    with file.open("ab") as edited:
        edited.write(b"\n")
    spoken = scores()
    assert set(spoken["fallback_reason"]) == {UNUSABLE}
    assert "(its files are not those that were registered)" in spoken["fallback_detail"].iloc[0]


def test_a_version_of_the_first_releases_is_scored_by_its_own_code_as_well(monkeypatch, tmp_path):
    """It keeps no examples and no fingerprint of its files."""
    run(races(30))
    before = scores()
    registry.connect().delete_model_version_tag(NAME, "1", "stride.files_fingerprint")
    (examples,) = (tmp_path / "mlflow-artifacts").rglob("examples.json")
    examples.unlink()
    let_installed_code_add(monkeypatch, 0.2)
    after = scores()
    assert after["is_carried_code"].all()
    assert after["predicted_time_s"].equals(before["predicted_time_s"])


def test_logged_inputs_give_the_logged_times_again_unless_the_model_changed(monkeypatch):
    run(races(30))
    run(races(31), FAILED)
    log = scores()
    made = repeat(log)
    assert made["problem"].isna().all() and len(made) == 4
    for kept, again in (
        ("predicted_time_s", "repeated_time_s"),
        ("upper_80_s", "repeated_upper_s"),
    ):
        np.testing.assert_allclose(made[again].astype(float), made[kept], rtol=1e-12)
    # What was logged when the code moved the champion, beside what the champion says.
    moved = log.assign(predicted_time_s=log["predicted_time_s"] * 1.22)
    known = repeat(moved).dropna(subset="predicted_time_s")
    assert (known["repeated_time_s"] / known["predicted_time_s"]).max() < 0.9
    fallback = log.assign(model_version=FALLBACK)
    assert repeat(fallback)["repeated_time_s"].notna().any()
    gone = repeat(log.assign(model_version="9"))
    assert gone["problem"].str.contains("Version 9 of").all()
    assert gone["repeated_time_s"].isna().all()
    assert repeat(log.head(0)).empty
