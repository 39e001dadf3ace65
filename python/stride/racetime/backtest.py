"""Judge the model as it would have done: on later races, and on athletes it never saw."""

import numpy as np
import pandas as pd

from stride.racetime.baselines import BASELINES, baselines
from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.split import CalendarSplit
from stride.racetime.stage_1 import stage_1

WALK_FORWARD, COLD_START = "walk_forward", "cold_start"

COLUMNS = {
    "race_id": "string",
    "protocol": "string",
    "athlete_id": "string",
    "race_date": "date",
    "distance_label": "string",
    "distance_m": "double",
    "race_time_s": "double",
    "predicted_time_s": "double",
    "lower_80_s": "double",
    "upper_80_s": "double",
    "support": "string",
    "refusal_reason": "string",
    "is_warm": "boolean",
    "baseline_time_s": "double",
    **dict.fromkeys(BASELINES, "double"),
    "trained_on_races": "bigint",
}

_FOLDS = 5
_MANY_RACES = 5000
_WARM_DAYS, _WARM_HISTORY_DAYS = 180, 84


def backtest(races: pd.DataFrame, protocols=(WALK_FORWARD, COLD_START)) -> pd.DataFrame:
    """Forecast every usable race from a model that was not trained on it.

    ``walk_forward``: trained on races at least 43 days older, anew for each calendar quarter (for
    each year with more than 5,000 races). ``cold_start``: trained on the races of four fifths of
    the athletes, the one asked for not among them. With too few races to train on it is stage 1
    alone, which is what a user would have got.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.
    protocols : tuple of str
        Which to run.

    Returns
    -------
    DataFrame
        One row per usable race and protocol, the columns of `COLUMNS`.
    """
    races = races[races["unused_reason"].isna()].sort_values(["race_date", "race_id"])
    races = races.reset_index(drop=True)
    forecast = stage_1(races)  # learns nothing, so once is enough
    is_recent = races["days_since_last_race"].astype(float) <= _WARM_DAYS
    is_long = races["days_of_history"].astype(float) >= _WARM_HISTORY_DAYS
    shown = races.assign(is_warm=is_recent & is_long).join(baselines(races))
    shown["baseline_time_s"] = shown["riegel_time_s"]
    splits = {WALK_FORWARD: _walk_forward, COLD_START: _cold_start}
    rows = [
        shown.assign(protocol=protocol).join(_forecasts(races, forecast, splits[protocol](races)))
        for protocol in protocols
    ]
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)]


def _forecasts(races: pd.DataFrame, forecast: pd.DataFrame, splits) -> pd.DataFrame:
    untrained = RaceTimeModel().fit(races[FEATURES].head(0), [])
    parts = [untrained.predict_interval(races, forecast).assign(trained_on_races=0)]
    for train, test in splits:
        known, asked = races.iloc[train], races.iloc[test]
        model = RaceTimeModel().fit(
            known[FEATURES],
            known["race_time_s"],
            groups=known["athlete_id"],
            forecast=forecast.iloc[train],
        )
        predicted = model.predict_interval(asked, forecast.iloc[test])
        parts.append(predicted.assign(trained_on_races=len(train)))
    # The later word counts: what no split asked for, stage 1 forecasts alone.
    together = pd.concat(parts)
    return together[~together.index.duplicated(keep="last")].sort_index()


def _walk_forward(races: pd.DataFrame):
    split = CalendarSplit("Y" if len(races) > _MANY_RACES else "Q")
    try:
        yield from split.split(races)
    except ValueError:
        return  # too short to split: every forecast is stage 1's


def _cold_start(races: pd.DataFrame):
    codes, names = pd.factorize(races["athlete_id"], sort=True)
    folds = codes % _FOLDS
    for fold in range(min(_FOLDS, len(names))):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(train):
            yield train, test
