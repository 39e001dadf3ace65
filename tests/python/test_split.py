"""Splits never let training see the test period, its gap, or a held-out athlete."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from stride.racetime.split import CalendarSplit


def races(athletes: int = 6, per_athlete: int = 30, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = pd.to_datetime("2020-01-01") + pd.to_timedelta(
        rng.integers(0, 1200, athletes * per_athlete), unit="D"
    )
    return pd.DataFrame(
        {
            "race_date": days,
            "athlete_id": np.repeat([f"a{k}" for k in range(athletes)], per_athlete),
            "x": rng.normal(size=len(days)),
        }
    )


@pytest.mark.parametrize("athlete_folds", [1, 3])
@pytest.mark.parametrize("period", ["Q", "M"])
def test_every_training_day_is_43_days_before_every_test_day(period, athlete_folds):
    data = races()
    for train, test in CalendarSplit(period, athlete_folds=athlete_folds).split(data):
        first_asked = data["race_date"].iloc[test].min()
        assert (first_asked - data["race_date"].iloc[train].max()).days >= 43


def test_the_gap_counts_days_however_many_rows_a_day_has():
    sparse, dense = races(1, 20), races(50, 40)
    for data in (sparse, dense):
        train, test = next(iter(CalendarSplit(min_train=3).split(data)))
        days = (data["race_date"].iloc[test].min() - data["race_date"].iloc[train].max()).days
        assert 43 <= days < 43 + 92 + 200


def test_the_window_expands_and_each_row_is_tested_once():
    data = races()
    known, asked = set(), []
    for train, test in CalendarSplit().split(data):
        assert known <= set(train)
        known = set(train)
        asked += list(test)
    assert len(asked) == len(set(asked)) > 100


def test_held_out_athletes_are_never_trained_on():
    data = races()
    asked = []
    for train, test in CalendarSplit(athlete_folds=3).split(data):
        athletes = data["athlete_id"]
        assert not set(athletes.iloc[train]) & set(athletes.iloc[test])
        asked += list(test)
    assert len(asked) == len(set(asked)) > 100


def test_rows_may_be_in_any_order():
    data = races()
    mixed = data.sample(frac=1, random_state=1)
    ordered = [set(data.index[test]) for _, test in CalendarSplit().split(data)]
    assert ordered == [set(mixed.index[test]) for _, test in CalendarSplit().split(mixed)]


def test_a_short_history_gives_an_error():
    with pytest.raises(ValueError, match="too short to split: 3 races, 2024-01-01 to 2024-01-03"):
        list(
            CalendarSplit().split(
                pd.DataFrame({"race_date": pd.date_range("2024-01-01", periods=3)})
            )
        )
    with pytest.raises(ValueError, match="0 races, no rows"):
        list(CalendarSplit().split(races().head(0)))


def test_scikit_learn_takes_it():
    data = races()
    model = make_pipeline(FunctionTransformer(lambda X: X[["x"]]), LinearRegression())
    scores = cross_val_score(model, data, data["x"], cv=CalendarSplit())
    assert len(scores) == CalendarSplit().get_n_splits(data) > 10
