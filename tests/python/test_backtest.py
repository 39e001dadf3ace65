"""The backtest uses no later races, excludes the athlete for cold start, and detects leaks."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from race_factory import simulate_races, with_earlier_races
from test_racetime import races

from stride.racetime import backtest as judge
from stride.racetime.backtest import (
    CHOSEN,
    COLD_START,
    COLUMNS,
    WALK_FORWARD,
    backtest,
    backtest_and_choose,
)
from stride.racetime.leak import demonstrate
from stride.racetime.model import CANDIDATES, CORRECTED, FEATURES, RaceTimeModel
from stride.racetime.train import fingerprint

MIX = pd.read_csv(ROOT / "seeds" / "reference_mix.csv", index_col="distance_label")


class Spy(RaceTimeModel):
    """Records its training data."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y, groups=None, settings=None):
        Spy.seen.append(X)
        return super().fit(X, y, groups, settings)


@pytest.fixture
def seen(monkeypatch):
    Spy.seen = []
    monkeypatch.setattr(judge, "RaceTimeModel", Spy)
    monkeypatch.setattr(judge, "FEATURES", [*FEATURES, "race_date", "athlete_id"])
    return Spy.seen


def test_walk_forward_does_not_use_later_races():
    data = races(40)
    cut = data["race_date"].iloc[25]
    changed = data.copy()
    changed.loc[data["race_date"] >= cut, "race_time_s"] *= 3
    before = backtest(data, (WALK_FORWARD,)).query("race_date < @cut")
    after = backtest(changed, (WALK_FORWARD,)).query("race_date < @cut")
    assert len(before) == 25 * len(CANDIDATES)
    pd.testing.assert_frame_equal(before, after)


def test_walking_forward_leaves_a_gap_of_43_days(seen):
    data = races(40)
    rows = backtest(data, (WALK_FORWARD,), (CORRECTED,))
    quarter = data["race_date"].dt.to_period("Q")
    trained = rows.set_index("race_id")["trained_on_races"].reindex(data["race_id"])
    assert (trained[quarter.to_numpy() == quarter.min()] == 0).all(), "nothing to learn from yet"
    for start, learned in zip(quarter.dt.start_time, trained, strict=True):
        assert (data["race_date"].head(learned) <= start - pd.Timedelta(days=43)).all()
        known = (data["race_date"] <= start - pd.Timedelta(days=43)).sum()
        assert learned <= known < max(1.25 * learned, 1), "never much behind"
    assert {len(known) for known in seen} == {0, *trained}


def test_cold_start_does_not_train_on_the_forecast_athlete(seen):
    data = simulate_races(11, 4)
    rows = backtest(data, (COLD_START,), (CORRECTED,))
    assert len(rows) == len(data) and rows["trained_on_races"].gt(0).all()
    trained = [set(known["athlete_id"]) for known in seen if len(known)]
    everybody = set(data["athlete_id"])
    assert len(trained) == 5
    assert set.union(*(everybody - athletes for athletes in trained)) == everybody
    assert sum(len(everybody - athletes) for athletes in trained) == 11


def test_one_athlete_has_no_others_to_learn_from():
    rows = backtest(races(20), (COLD_START,))
    assert (rows["trained_on_races"] == 0).all() and rows["predicted_time_s"].notna().all()


def test_both_protocols_have_one_row_per_race_with_baselines():
    data = races(30)
    rows = backtest(data)
    assert list(rows.columns) == list(COLUMNS)
    assert not rows.duplicated(["race_id", "protocol", "candidate"]).any()
    for _, own in rows.groupby("candidate"):
        assert own["protocol"].value_counts().to_dict() == {WALK_FORWARD: 30, COLD_START: 30}
        assert own["riegel_time_s"].isna().sum() == 2, "the first race"
        assert own["is_warm"].sum() == 58
    assert set(rows["candidate"]) == set(CANDIDATES)
    pd.testing.assert_frame_equal(rows, backtest(data.sample(frac=1, random_state=1)))


@pytest.mark.parametrize("data", [races(10).assign(unused_reason="short_history"), races(3)])
def test_unusable_and_few_races(data):
    rows = backtest(data)
    assert list(rows.columns) == list(COLUMNS)
    assert len(rows) == 2 * len(CANDIDATES) * data["unused_reason"].isna().sum()
    assert list(backtest_and_choose(data).columns) == list(CHOSEN)


def test_every_row_names_the_evaluated_data_and_the_chosen_candidate():
    data = races(30)
    rows = backtest_and_choose(data.assign(unused_reason=[*[None] * 29, "trail"]))
    assert rows.loc[rows["is_chosen"], "candidate"].nunique() == 1
    for candidate, own in rows.groupby("candidate"):
        assert set(own["data_fingerprint"]) == {fingerprint(data.head(29), candidate)}


def leaky(data: pd.DataFrame) -> pd.DataFrame:
    """Features of a join by the same day, which include the race among the earlier ones."""
    own = data["distance_m"].map("1:{:.3f}".format) + data["race_time_s"].map(":{:.2f}".format)
    return pd.DataFrame(
        {
            "race_id": data["race_id"],
            "earlier_races": own + data["earlier_races"].map(lambda t: f" {t}" if t else ""),
            "last_race_distance_m": data["distance_m"],
            "last_race_time_s": data["race_time_s"],
            "days_since_last_race": 1.0,
            **{
                name: data[name]
                for name in (
                    "ctl",
                    "tsb",
                    "run_distance_28d_m",
                    "run_distance_84d_m",
                    "longest_run_60d_m",
                )
            },
        }
    )


def too_good(rows: pd.DataFrame) -> int:
    """Distances below the audit limit, as `training.gate_results` counts them."""
    error = 100 * (rows["predicted_time_s"] / rows["race_time_s"] - 1).abs()
    by = error.groupby(rows["distance_label"]).agg(["mean", "size"]).join(MIX["audit_below_pct"])
    return int(((by["mean"] < by["audit_below_pct"]) & (by["size"] >= 10)).sum())


def test_a_leak_trips_the_alarm_and_honest_features_do_not():
    data = simulate_races(60, 8)
    same_day = leaky(data).set_index("race_id").drop(columns=["ctl", "tsb"])
    leaking = data.set_index("race_id").assign(**same_day).reset_index()
    assert too_good(backtest(data, (WALK_FORWARD,), (CORRECTED,))) == 0
    assert too_good(backtest(leaking, (WALK_FORWARD,), (CORRECTED,))) >= 3


def test_the_demonstration_measures_the_effect_of_a_leak():
    data = simulate_races(10, 6)
    shown = demonstrate(data, leaky(data)).set_index("join_kind")
    assert shown.loc["same_day", "mape_pct"] < 0.6 * shown.loc["day_before", "mape_pct"]
    assert shown.loc["same_day_state", "mape_pct"] == pytest.approx(
        shown.loc["day_before", "mape_pct"]
    )


def test_walk_forward_coverage_on_a_population_with_another_truth():
    rows = backtest(simulate_races(100, 10, seed=4), (WALK_FORWARD,))
    inside = rows["race_time_s"].between(rows["lower_80_s"], rows["upper_80_s"])
    assert inside.groupby(rows["candidate"]).mean().between(0.75, 0.88).all()


def test_it_beats_every_baseline_on_runners_it_never_saw():
    rows = backtest(simulate_races(150, 8, seed=5), (COLD_START,), (CORRECTED,))
    error = (rows["predicted_time_s"] / rows["race_time_s"] - 1).abs()
    for name in judge.BASELINES:
        known = rows[name].notna()
        other = (rows[name] / rows["race_time_s"] - 1).abs()[known].mean()
        # Over the very same distance half a year ago, little is left to know.
        assert error[known].mean() < (1.03 if name == "same_distance_time_s" else 0.97) * other, (
            name
        )
    assert np.isfinite(error).all()


def test_earlier_races_of_the_population_are_those_before():
    data = with_earlier_races(races(3))
    first, second = data.loc[1, "earlier_races"], data.loc[2, "earlier_races"]
    assert first.startswith("30:") and second.startswith("30:") and " 60:" in second
