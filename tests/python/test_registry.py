"""The model registry: training, gate, paired test, promotion, rollback and errors.

MLflow takes seconds to import and to open a registry, so all of it is in this one file.
"""

import functools
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from stride import cli
from stride.racetime import decisions, explain, paired, registry, run_artifacts
from stride.racetime.backtest import backtest_and_choose
from stride.racetime.evaluation import compare_baselines, evaluate
from stride.racetime.model import CANDIDATES, CORRECTED, FITTED, PUBLISHED, RaceTimeModel
from stride.racetime.score import FALLBACK, voices
from stride.racetime.served import served
from stride.racetime.train import RECEIPT, fingerprint, train

NAME = registry.default_name()
LOG_ARTIFACTS = run_artifacts.log_artifacts
GATE = pd.DataFrame(
    {
        "criterion": ["no_leak_alarm"],
        "metric": ["mape_pct"],
        "metric_value": [4.0],
        "at_least": [1.2],
        "at_most": [np.nan],
        "status": ["passed"],
        "is_passed": [True],
        "detail": ["all: 4.0 on 30 races, at least 1.2: met."],
        "why": ["Why."],
    }
)
FAILED = GATE.assign(is_passed=False, status="failed")
EVALUATION = pd.DataFrame(
    {"scope": ["all", "5k"], "races": [30, 9], "mape_pct": [4.0, 3.0], "baseline_mape_pct": 5.0}
).assign(protocol="walk_forward", candidate=CORRECTED, interval_score_pct=20.0)
DUE = pd.DataFrame(
    {
        "decided_on": [pd.Timestamp("2024-06-01")],
        "should_train": [True],
        "reasons": ["training was requested"],
        "standing_version": [None],
        "standing_run_id": [None],
    }
)


@pytest.fixture(autouse=True)
def own_registry(tmp_path, monkeypatch, opened):
    """A separate registry for each test, copied from an empty database."""
    shutil.copytree(opened, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    for name in ("MLFLOW_TRACKING_URI", "STRIDE_TARGET", "DATABRICKS_RUNTIME_VERSION"):
        monkeypatch.delenv(name, raising=False)

    # What a run keeps beside the model is slow to make, and looked at in one test only.
    def errors_alone(model, races, all_races, backtest, *_):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "evaluation").mkdir()
            paired.errors(backtest).to_parquet(Path(folder, paired.ERRORS))
            mlflow.log_artifacts(folder)

    monkeypatch.setattr(run_artifacts, "log_artifacts", errors_alone)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A home with an empty registry."""
    folder = tmp_path_factory.mktemp("opened")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.MlflowClient().search_experiments()
    return folder


def races(n: int) -> pd.DataFrame:
    """Monthly races of one athlete with a plausible past: the first ``n`` of forty."""
    rng = np.random.default_rng(0)
    distance_m = rng.choice([5000.0, 10000.0, 21097.5, 42195.0], 40)
    time_s = 300 * distance_m / 1000 * (distance_m / 10000) ** 0.07 * rng.normal(1, 0.02, 40)
    data = pd.DataFrame({"distance_m": distance_m, "race_time_s": time_s, "distance_label": "any"})
    data["last_race_distance_m"] = data["distance_m"].shift()
    data["last_race_time_s"] = data["race_time_s"].shift()
    data["days_since_last_race"] = np.where(np.arange(40) > 0, 30.0, np.nan)
    before = "30:" + data["last_race_distance_m"].astype(str) + ":"
    before += data["last_race_time_s"].astype(str)
    steady = ("days_of_history", "atl", "acwr", "run_distance_7d_m", "run_distance_28d_m")
    steady += ("days_since_last_run", "age_years")
    best = ("best_1k_84d_s", "best_5k_84d_s", "best_run_5k_84d_s", "best_run_half_84d_s")
    return data.assign(
        race_id=[f"r{i:03d}" for i in range(40)],
        athlete_id="a",
        race_date=pd.date_range("2020-01-01", periods=40, freq="30D"),
        unused_reason=None,
        races_before=np.arange(40),
        earlier_races=before.where(np.arange(40) > 0, None),
        ctl=rng.normal(50, 10, 40),
        tsb=rng.normal(0, 5, 40),
        run_distance_84d_m=rng.normal(500e3, 50e3, 40),
        longest_run_60d_m=rng.normal(25e3, 3e3, 40),
        **dict.fromkeys(steady, 99.0),
        **dict.fromkeys((*best, "critical_speed_mps"), np.nan),
        sex="f",
    ).head(n)


def run(data, gate=GATE, forecasts=None, due=DUE, candidate=CORRECTED, **named):
    """Train as the dbt model does; by default the candidate's forecasts are 3 % off."""
    forecasts = off_by(data, 0.03) if forecasts is None else forecasts
    usable = data[data["unused_reason"].isna()]
    judged = {"candidate": candidate, "data_fingerprint": fingerprint(usable, candidate)}
    gate, forecasts = gate.assign(**judged), forecasts.assign(**judged)
    evaluation = EVALUATION.assign(candidate=candidate)
    return train(data, gate, evaluation, forecasts, due, model_name=NAME, **named).iloc[0]


def off_by(data, share: float, half_width: float = 0.1) -> pd.DataFrame:
    """A backtest in which all forecasts have the same relative error."""
    kept = data[["race_id", "athlete_id", "race_time_s"]]
    forecast_s = data["race_time_s"] * (1 + share)
    ends = {"lower_80_s": forecast_s * (1 - half_width), "upper_80_s": forecast_s * 1.1}
    return kept.assign(predicted_time_s=forecast_s, **ends)


def number_of(alias: str) -> str | None:
    version = registry.by_alias(registry.connect(), NAME, alias)
    return version and version.number


def called(*arguments: str):
    return CliRunner().invoke(cli.main, arguments)


def test_training_that_is_not_due_returns_the_previous_run_without_the_registry(monkeypatch):
    monkeypatch.setattr(registry, "connect", lambda: pytest.fail("the registry was asked"))
    standing = DUE.assign(should_train=False, reasons="nothing calls for it", standing_version="7")
    receipt = run(races(30), due=standing)
    assert list(receipt.index) == list(RECEIPT)
    assert (receipt["outcome"], receipt["model_version"]) == ("not_due", "7")


def test_no_race_to_train_on_is_a_receipt():
    receipt = run(races(3).assign(unused_reason="short_history"), FAILED)
    assert receipt["outcome"] == "no_races" and receipt["model_version"] is None


def test_on_a_fresh_registry_the_first_pass_is_champion_and_the_same_data_are_the_same_version():
    one, two = run(races(30)), run(races(30))
    assert (one["model_version"], one["model_role"], one["outcome"]) == (
        "1",
        "champion",
        "promoted",
    )
    assert (two["model_version"], two["run_id"]) == ("1", one["run_id"])
    assert (number_of("champion"), number_of("challenger")) == ("1", None)


def test_loading_a_version_leaves_the_import_path_alone():
    path, number = sys.path.copy(), run(races(30))["model_version"]
    registry.load(NAME, number)
    assert sys.path == path


def test_a_failed_gate_leaves_the_champion_and_ends_the_run_as_failed():
    run(races(30))
    receipt = run(races(31), FAILED)
    assert (receipt["model_version"], receipt["outcome"]) == ("2", "gate_failed")
    assert (number_of("champion"), number_of("challenger")) == ("1", "2")
    assert registry.connect().get_run(receipt["run_id"]).info.status == "FAILED"
    assert run(races(32), GATE.head(0))["outcome"] == "gate_failed"  # nothing measured: no pass


def test_an_outdated_gate_promotes_no_version():
    """A gate for other races or another candidate is ignored, and no version is registered."""
    data = races(31)
    for other in (fingerprint(races(30)), fingerprint(data, PUBLISHED)):
        judged = {"candidate": CORRECTED, "data_fingerprint": fingerprint(data)}
        gate = GATE.assign(candidate=CORRECTED, data_fingerprint=other)
        forecasts = off_by(data, 0.03).assign(**judged)
        for pair in ((gate, forecasts), (GATE.assign(**judged), forecasts.assign(**gate_of(gate)))):
            receipt = train(data, pair[0], EVALUATION, pair[1], DUE, model_name=NAME).iloc[0]
            assert (receipt["outcome"], receipt["model_version"]) == ("gate_outdated", None)
            assert "nothing was trained" in receipt["outcome_reason"]
    assert number_of("champion") is None and decisions.read(NAME).empty


def gate_of(gate: pd.DataFrame) -> dict:
    return {"data_fingerprint": gate["data_fingerprint"].iloc[0]}


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_the_chosen_candidate_is_registered_and_served_whatever_its_kind(candidate):
    assert served(NAME)["candidate"].tolist() == [PUBLISHED]  # the fallback
    receipt = run(races(30), candidate=candidate)
    assert (receipt["candidate"], receipt["outcome"]) == (candidate, "promoted")
    assert registry.load(NAME, receipt["model_version"]).candidate == candidate
    (first, *_) = voices(NAME)
    assert (first.version, first.role) == ("1", "champion") and first.version != FALLBACK
    assert served(NAME).iloc[0].tolist() == [candidate, "1", "champion"]
    assert f"1  gate passed   champion  {candidate}" in called("models").output


def test_one_data_set_gives_a_version_for_each_kind():
    one, other = run(races(30), candidate=FITTED), run(races(30), candidate=CORRECTED)
    assert (one["model_version"], other["model_version"]) == ("1", "2")
    assert (
        other["outcome"] == "kept_champion" and "did not learn from more" in other["outcome_reason"]
    )


def test_a_version_promoted_by_hand_is_compared_as_well():
    run(races(32))
    run(races(31), FAILED, forecasts=off_by(races(31), 0.01))
    assert called("promote", "2", "--why", "Better.", "--anyway").exit_code == 0
    receipt = run(races(33))  # 3 % off, where the version promoted by hand is 1 % off
    assert (receipt["outcome"], number_of("champion")) == ("kept_champion", "2")
    assert "worse beyond noise" in receipt["outcome_reason"]


def test_a_worse_model_cannot_become_champion_and_a_better_one_does():
    run(races(30))
    worse = run(races(31), forecasts=off_by(races(31), 0.05))
    assert (worse["outcome"], worse["champion_version"]) == ("kept_champion", "1")
    better = run(races(32), forecasts=off_by(races(32), 0.02))
    assert (better["outcome"], number_of("champion")) == ("promoted", "3")
    assert (number_of("previous_champion"), number_of("challenger")) == ("1", None)
    kept = decisions.read(NAME)
    assert list(kept["action"]) == ["promote", "keep", "promote"]
    assert set(kept["decided_by"]) == {"gate"} and kept["is_done"].all()
    evidence = json.loads(kept["evidence"].iloc[1])
    assert evidence["gate"] == {"no_leak_alarm": 4.0}
    assert evidence["paired_test"]["shared_races"] == 30
    assert kept["data_fingerprint"].iloc[1] == worse["data_fingerprint"]


def test_killed_between_registering_and_aliasing_the_old_champion_stays(monkeypatch):
    run(races(30))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(registry, "challenge", killed)
        run(races(31))
    assert (number_of("champion"), number_of("challenger")) == ("1", None)
    receipt = run(races(31))  # finds the version that it had registered
    assert (receipt["model_version"], number_of("champion")) == ("2", "2")


@pytest.mark.parametrize(
    "alias, champion, done", [("champion", "1", False), ("previous_champion", "2", True)]
)
def test_a_kill_while_aliases_change_leaves_a_consistent_state(monkeypatch, alias, champion, done):
    from mlflow import MlflowClient

    run(races(30))
    real = MlflowClient.set_registered_model_alias

    def killed(client, name, moved, version):
        if moved == alias:
            raise KeyboardInterrupt
        real(client, name, moved, version)

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(MlflowClient, "set_registered_model_alias", killed)
        run(races(31))
    assert number_of("champion") == champion
    last = decisions.read(NAME).iloc[-1]  # settles what was left open
    assert (last["to_version"], last["is_done"]) == ("2", done)
    assert number_of("previous_champion") == ("1" if done else None)


def test_rollback_restores_and_the_gate_does_not_undo_it():
    run(races(30))
    run(races(31))
    assert number_of("champion") == "2"
    assert called("rollback", "--why", " ").exit_code == 2
    said = called("rollback", "--why", "Too fast on marathons.")
    assert said.exit_code == 0 and "version 1 is the champion again" in said.output
    assert (number_of("champion"), number_of("previous_champion")) == ("1", "2")
    again = run(races(31))
    assert (again["outcome"], number_of("champion")) == ("kept_champion", "1")
    said = called("promote", "2", "--why", "It was the course.")
    assert said.exit_code == 0 and number_of("champion") == "2"
    assert "already" in called("promote", "2", "--why", "Sure?").output
    last = decisions.read(NAME).iloc[-1]
    assert (last["decided_by"], last["why"]) == (decisions.user(), "It was the course.")
    assert (last["from_version"], last["to_version"]) == ("1", "2")
    assert "2  gate passed   champion" in called("models").output


def test_invalid_promotions_get_one_sentence():
    assert "no champion of" in called("rollback", "--why", "x").output
    assert "has no version 9" in called("promote", "9", "--why", "x").output
    run(races(30), FAILED)
    refused = called("promote", "1", "--why", "x")
    assert refused.exit_code == 1 and "failed the gate" in refused.output
    assert called("promote", "1", "--why", "x", "--anyway").exit_code == 0
    assert number_of("champion") == "1"


def test_a_run_names_the_tables_that_it_read_with_their_versions():
    tables = {"stride.training.training_set": 7, "stride.training.gate_results": None}
    data = races(30)
    judged = {"candidate": CORRECTED, "data_fingerprint": fingerprint(data)}
    receipt = train(
        *(data, GATE.assign(**judged), EVALUATION, off_by(data, 0.03).assign(**judged), DUE),
        **{"model_name": NAME, "code_commit": "abc123", "inputs": tables},
    ).iloc[0]
    named = registry.connect().get_run(receipt["run_id"]).inputs.dataset_inputs
    found = {one.dataset.name: (one.dataset.source_type, one.dataset.digest) for one in named}
    short = receipt["data_fingerprint"][:32]
    assert found == {
        "stride.training.training_set": ("delta_table", "7"),
        "stride.training.gate_results": ("code", short),
    }
    assert receipt["code_commit"] == "abc123"


def test_two_trainers_at_once_leave_one_champion():
    registry.connect()
    with ThreadPoolExecutor(2) as both:  # the lock is a file's: it holds within a process too
        receipts = list(both.map(run, (races(30), races(31))))
    assert {r["model_version"] for r in receipts} == {"1", "2"}
    # Whichever comes first is promoted; the other takes its place only if it has more races.
    fewer, more = receipts
    assert more["outcome"] == "promoted" and number_of("champion") == more["model_version"]
    is_first = fewer["model_version"] == "1"
    assert fewer["outcome"] == ("promoted" if is_first else "kept_champion")
    assert number_of("previous_champion") == ("1" if is_first else None)
    kept = decisions.read(NAME)
    assert [tuple(r) for r in kept[["from_version", "to_version"]].itertuples(index=False)] == [
        (None, "1"),
        ("1", "2"),
    ]


def test_waiting_too_long_for_the_registry_gives_an_error():
    late = registry.alone(patience_s=0.1)
    with registry.alone(), pytest.raises(registry.RegistryError, match="wait for it"), late:
        pass


def test_a_registry_that_is_down_costs_the_training_and_not_the_build(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    receipt = run(races(30))
    assert receipt["outcome"] == "registry_unreachable" and receipt["model_version"] is None
    assert "http://127.0.0.1:9 can't be reached" in receipt["outcome_reason"]
    assert decisions.read(NAME).empty
    said = called("rollback", "--why", "x")
    assert said.exit_code == 1 and "can't be reached" in said.output


def test_a_deleted_artifact_is_reported_and_trained_again(tmp_path):
    run(races(30))
    shutil.rmtree(tmp_path / "mlflow-artifacts")
    with pytest.raises(registry.RegistryError, match=r"Version 1 of .* can't be loaded"):
        registry.load(NAME, "1")
    receipt = run(races(30))  # the same data: but their version is lost
    assert (receipt["model_version"], receipt["outcome"]) == ("2", "promoted")
    assert "can't be loaded" in receipt["outcome_reason"]
    assert registry.load(NAME, "2").n_races_ == 30
    assert "can't be loaded" in called("rollback", "--why", "x").output


def test_a_champion_of_another_feature_specification_gives_way():
    """It is not asked any more, so a draw must not keep it."""
    one, other = ('{"state": {"columns": ["ctl"]}}', '{"state": {"columns": ["atl"]}}')
    assert run(races(30), specification=one)["outcome"] == "promoted"
    receipt = run(races(30), specification=other)
    assert (receipt["model_version"], receipt["outcome"]) == ("2", "promoted")
    assert voices(NAME, other)[0].version == "2"
    assert voices(NAME, one)[0].version == FALLBACK


def test_a_run_keeps_its_explanation_and_loads_without_stride(tmp_path, monkeypatch):
    monkeypatch.setattr(run_artifacts, "log_artifacts", LOG_ARTIFACTS)
    data = races(30)
    rows = backtest_and_choose(data).assign(is_chosen=lambda r: r["candidate"] == CORRECTED)
    receipt = run(data, forecasts=rows[rows["is_chosen"]])
    version = registry.Version(receipt["model_version"], receipt["run_id"])
    client = registry.connect()
    kept = {
        a.path
        for folder in ("", "explain", "monitoring", "evaluation", "environment")
        for a in client.list_artifacts(version.run_id, folder)
    }
    assert {
        "model_card.md",
        "explain/shap_summary.png",
        "monitoring/dle_reference.json",
        "environment/requirements.txt",
        "evaluation/errors.parquet",
        "evaluation/model_evaluation.csv",
    } <= kept
    assert client.get_run(version.run_id).data.metrics["mape_pct.walk_forward.5k"] == 3.0

    card = Path(registry.download(version, "model_card.md")).read_text()
    assert "| 30 races, 2020-01-01 to 2022-05-20 |" in card and "| Athletes | 1 |" in card
    assert "| walk_forward | all | 30 | 4.00 |" in card and "| riegel |" in card
    state = json.loads(
        Path(registry.download(version, "monitoring/dle_estimator.json")).read_text()
    )
    assert not state["is_estimable"] and state["reason"]
    for table in ("evaluation/errors.parquet", "monitoring/reference.parquet", registry.BACKGROUND):
        text = registry.read_table(version, table).astype(str)
        assert not text.isin(["a", "r003"]).any().any()  # nobody is named

    table = run_artifacts.importance(pd.DataFrame([receipt]))
    assert table["feature_group"].iloc[0] == "earlier races"
    reasons = explain.top_reasons(
        registry.load(NAME, version.number), data.tail(5), registry.background(version)
    )
    assert reasons["reason_1"].str.contains("faster|slower").any()

    wanted = registry.load(NAME, version.number).predict(data)
    data.drop(columns=["race_id", "athlete_id"]).to_parquet(tmp_path / "asked.parquet")
    # Without `site` no editable install is seen: the libraries are there, and Stride is not.
    program = f"""
import sys; sys.path.append({str(Path(np.__file__).parents[1])!r})
import importlib.util; assert importlib.util.find_spec("stride") is None
import pandas as pd, mlflow
mlflow.set_tracking_uri("sqlite:///{tmp_path}/mlflow.db")
model = mlflow.pyfunc.load_model("models:/{NAME}/{version.number}")
asked = pd.read_parquet("{tmp_path}/asked.parquet")
print(list(model.predict(asked[model.metadata.get_input_schema().input_names()])))
"""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        **{"cwd": elsewhere, "env": {"MLFLOW_DISABLE_TELEMETRY": "true"}},
        **{"capture_output": True, "text": True},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    got = done.stdout.splitlines()[-1].replace("np.float64(", "").replace(")", "")
    np.testing.assert_allclose(json.loads(got), wanted, rtol=1e-12)


def test_the_registered_model_is_the_evaluated_one():
    """Evaluation rows of the served candidate are forecasts of the version that was promoted."""
    data = races(40)
    rows = backtest_and_choose(data)
    mix = pd.DataFrame({"distance_label": ["any"], "share": 1.0, "reference_time_s": 1500.0})
    evaluation = evaluate(rows, mix, compare_baselines(rows, mix))
    receipt = run(data, forecasts=rows[rows["is_chosen"]], candidate=chosen_of(rows))
    model = registry.load(NAME, receipt["model_version"])
    own = evaluation[evaluation["candidate"] == served(NAME)["candidate"].iloc[0]]
    overall = own[(own["scope"] == "all") & (own["protocol"] == "walk_forward")].iloc[0]
    assert overall["is_chosen"] and overall["candidate"] == model.candidate
    assert receipt["backtest_mape_pct"] == pytest.approx(overall["mape_pct"])
    metrics = registry.connect().get_run(receipt["run_id"]).data.metrics
    assert metrics["mape_pct.walk_forward.5k"] == 3.0


def chosen_of(rows: pd.DataFrame) -> str:
    (candidate,) = set(rows.loc[rows["is_chosen"], "candidate"])
    return candidate


def test_fingerprint_sees_a_second_of_difference_and_no_rounding_noise():
    data = races(5)
    other = data.assign(race_time_s=data["race_time_s"] + [0, 0, 1, 0, 0])
    noisy = data.assign(ctl=data["ctl"] * (1 + 1e-14))
    assert fingerprint(data) != fingerprint(other)
    assert fingerprint(data) == fingerprint(noisy)


def test_a_candidate_that_refuses_the_hard_races_does_not_win_by_it():
    champion = paired.errors(off_by(races(20), 0.03))
    easy = champion.assign(error_pct=champion["error_pct"].where(np.arange(20) < 10) - 1)
    assert paired.compare(easy, champion, True)["verdict"] == "worse"


@pytest.mark.parametrize(
    "change, more, verdict, is_beaten",
    [
        (-1.0, False, "better", True),
        (+1.0, True, "worse", False),
        (0.0, True, "draw", True),
        (0.0, False, "draw", False),
    ],
)
def test_a_draw_goes_to_the_candidate_only_if_it_learned_from_more_races(
    change, more, verdict, is_beaten
):
    champion = paired.errors(off_by(races(20), 0.03))
    candidate = champion.assign(error_pct=champion["error_pct"] + change)
    test = paired.compare(candidate, champion, more)
    assert (test["verdict"], test["is_beaten"]) == (verdict, is_beaten)


def test_a_difference_within_noise_is_a_draw():
    champion = paired.errors(off_by(races(20), 0.03))
    worse = champion["error_pct"] + np.where(np.arange(20) % 2, 1.2, -1.0)
    test = paired.compare(champion.assign(error_pct=worse), champion, False)
    assert test["difference_pct"] > 0 > test["lower_pct"] and test["verdict"] == "draw"


def test_a_wider_interval_at_the_same_error_is_worse():
    champion = paired.errors(off_by(races(20), 0.03))
    wide = paired.errors(off_by(races(20), 0.03, half_width=0.3))
    assert paired.compare(wide, champion, True)["verdict"] == "worse"


def test_on_a_draw_a_champion_that_learned_from_an_erased_athlete_gives_way():
    kept, erased = races(20), races(20).assign(athlete_id="b", race_id=lambda r: "b" + r["race_id"])
    champion = paired.errors(off_by(pd.concat([kept, erased]), 0.03))
    test = paired.compare(paired.errors(off_by(kept, 0.03)), champion, False)
    assert (test["verdict"], test["is_beaten"]) == ("draw", True)


def test_an_incomparable_champion_stays_unless_trained_on_other_races():
    candidate = paired.errors(off_by(races(20), 0.03))
    others = candidate.assign(race=candidate["race"] + "x")
    assert paired.compare(candidate, None, True)["is_beaten"] is False
    assert paired.compare(candidate, others, True)["is_beaten"] is True


def test_shapley_values_are_the_mean_over_all_orders_and_add_up():
    data = races(40)
    model = RaceTimeModel().fit(data, data["race_time_s"])
    typical, asked = explain.typical_runners(data, 1), data.tail(4)
    shares = explain.shapley(model, asked, typical)
    known = [c for c in explain.features(asked) if asked[c].notna().any()]
    groups = explain.grouped(known)
    assert list(shares) == list(groups) and len(groups) > 3

    @functools.cache
    def log_time(own: frozenset):
        others = [column for name in groups if name not in own for column in groups[name]]
        return np.log(model.predict(asked.assign(**{c: typical[c].iloc[0] for c in others})))

    orders = list(permutations(groups))
    for group in groups:
        gains = [
            log_time(frozenset(order[: order.index(group) + 1]))
            - log_time(frozenset(order[: order.index(group)]))
            for order in orders
        ]
        np.testing.assert_allclose(shares[group], np.mean(gains, axis=0), atol=1e-12)
    difference = np.log(model.predict(asked)) - log_time(frozenset())
    np.testing.assert_allclose(shares.sum(axis=1), difference)


def test_reasons_are_sentences_about_the_athlete():
    data = races(40)
    model = RaceTimeModel().fit(data, data["race_time_s"])
    asked = data.tail(2).assign(
        **{"distance_m": 10000.0, "last_race_distance_m": [21097.5, np.nan]},
        **{"last_race_time_s": [5400.0, np.nan], "days_since_last_race": [23.0, np.nan]},
    )
    reasons = explain.top_reasons(model, asked, explain.typical_runners(data))
    assert reasons.shape == (2, 3) and list(reasons.index) == list(asked.index)
    assert reasons["reason_1"].iloc[0].startswith("Your last half marathon 23 days ago: ")
    assert reasons.stack().str.contains("No race yet: ").any()
    assert explain.top_reasons(model, asked.head(0), explain.typical_runners(data)).empty


def test_slow_imports_are_lazy():
    modules = "stride.cli, stride.racetime.train, stride.racetime.registry, stride.racetime.explain"
    program = (
        f"import sys, {modules}, stride.racetime.decisions, stride.racetime.run_artifacts\n"
        "print([m for m in ('mlflow', 'nannyml', 'shap', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
