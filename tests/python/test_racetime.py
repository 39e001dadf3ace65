"""The model, its prior and its judge, on frames small enough to reason about."""

import numpy as np
import pandas as pd
import pytest

from stride.racetime import backtest as judge
from stride.racetime.backtest import backtest
from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.prior import forecast
from stride.racetime.riegel import riegel

NAN = float("nan")


def races(n: int, seed: int = 0) -> pd.DataFrame:
    """Monthly races of one athlete with a plausible past."""
    rng = np.random.default_rng(seed)
    distance_m = rng.choice([5000.0, 10000.0, 21097.5, 42195.0], n)
    last_m = np.roll(distance_m, 1)
    time_s = 300 * distance_m / 1000 * (distance_m / 10000) ** 0.07 * rng.normal(1, 0.02, n)
    last_s = np.roll(time_s, 1)
    last_m[0] = last_s[0] = NAN
    day = pd.date_range("2020-01-01", periods=n, freq="30D")
    return pd.DataFrame(
        {
            "race_id": [f"r{i:03d}" for i in range(n)],
            "athlete_id": "a",
            "race_date": day,
            "distance_label": "any",
            "distance_m": distance_m,
            "race_time_s": time_s,
            "last_race_distance_m": last_m,
            "last_race_time_s": last_s,
            "days_since_last_race": np.where(np.arange(n) > 0, 30.0, NAN),
            "ctl": rng.normal(50, 10, n),
            "tsb": rng.normal(0, 5, n),
            "run_distance_84d_m": rng.normal(500e3, 50e3, n),
            "longest_run_60d_m": rng.normal(25e3, 3e3, n),
            "unused_reason": None,
        }
    )


def test_riegel_scales_by_the_published_exponent():
    assert riegel([1500.0], [5000.0], [42195.0])[0] == pytest.approx(14386.7, abs=0.1)


def test_prior_without_a_race_is_the_population_and_wide():
    log_time, log_sd = forecast([10000.0], [NAN], [NAN], [NAN])
    assert np.exp(log_time[0]) == pytest.approx(np.exp(-1.8982) * 10000**1.06)
    assert 0.15 < log_sd[0] < 0.2


def test_prior_follows_a_race_and_narrows():
    log_time, log_sd = forecast([5000.0], [5000.0], [1200.0], [1.0])
    assert np.exp(log_time[0]) == pytest.approx(1200, rel=0.01)
    assert log_sd[0] < 0.04


@pytest.mark.parametrize(
    ("near", "far"), [((10000.0, 7.0), (10000.0, 700.0)), ((10000.0, 7.0), (5000.0, 7.0))]
)
def test_prior_is_less_sure_of_old_and_distant_races(near, far):
    (_, sure), (_, unsure) = (
        forecast([10000.0], [distance_m], [distance_m * 0.3], [days])
        for distance_m, days in (near, far)
    )
    assert sure[0] < unsure[0]


def test_longer_takes_longer_at_every_distance_from_a_mile_to_100_km():
    distance_m = np.geomspace(1609, 100_000, 200)
    same = np.ones_like(distance_m)
    log_time, _ = forecast(distance_m, 10000 * same, 2700 * same, 20 * same)
    assert (np.diff(log_time) > 0).all()


def test_model_without_training_is_stage_1():
    data = races(12)
    model = RaceTimeModel().fit(data[FEATURES].head(0), [])
    log_time, _ = forecast(
        data["distance_m"],
        data["last_race_distance_m"],
        data["last_race_time_s"],
        data["days_since_last_race"],
    )
    np.testing.assert_allclose(model.predict(data), np.exp(log_time))


def test_model_survives_missing_features_and_one_distance():
    data = races(15).assign(ctl=NAN, tsb=NAN, distance_m=5000.0)
    predicted = RaceTimeModel().fit(data, data["race_time_s"]).predict_interval(data)
    assert np.isfinite(predicted.to_numpy()).all()
    assert (predicted["lower_80_s"] < predicted["predicted_time_s"]).all()


def test_correction_is_shrunk_when_races_are_few():
    data = races(12)
    slower = data["race_time_s"] * 1.2
    few = RaceTimeModel().fit(data, slower)
    base = RaceTimeModel().fit(data.head(0), [])
    moved = np.log(few.predict(data) / base.predict(data)).mean()
    assert 0 < moved < np.log(1.2) * 12 / 50


def test_same_data_gives_the_same_model():
    data = races(40)
    one, two = (RaceTimeModel().fit(data, data["race_time_s"]).predict(data) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_backtest_knows_nothing_of_later_races():
    data = races(40)
    cut = data["race_date"].iloc[25]
    changed = data.copy()
    changed.loc[data["race_date"] >= cut, "race_time_s"] *= 3
    before = backtest(data).query("race_date < @cut")
    after = backtest(changed).query("race_date < @cut")
    assert len(before) == 25
    pd.testing.assert_frame_equal(before, after)


def test_backtest_leaves_a_gap_of_43_days(monkeypatch):
    spans = []

    class Spy(RaceTimeModel):
        def fit(self, X, y):
            spans.append(X["race_date"].max())
            return super().fit(X, y)

    monkeypatch.setattr(judge, "RaceTimeModel", Spy)
    monkeypatch.setattr(judge, "FEATURES", [*FEATURES, "race_date"])
    data = races(40)
    backtest(data)
    quarters = data["race_date"].dt.to_period("Q").unique()
    assert len(spans) == len(quarters)
    for quarter, last_known in zip(quarters, spans, strict=True):
        if pd.notna(last_known):
            assert (quarter.start_time - last_known).days >= 43


def test_backtest_leaves_out_unusable_races_and_survives_none():
    data = races(10).assign(unused_reason="short_history")
    assert list(backtest(data).columns) == list(judge.COLUMNS)
    assert backtest(data).empty
