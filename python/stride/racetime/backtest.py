"""Forecast past races as each candidate would have, from earlier races or other athletes."""

import numpy as np
import pandas as pd

from stride.racetime.baselines import BASELINES, baselines
from stride.racetime.choice import choose
from stride.racetime.fitting import fit_settings
from stride.racetime.model import CANDIDATES, FEATURES, PUBLISHED, RaceTimeModel
from stride.racetime.prior import Settings
from stride.racetime.split import CalendarSplit
from stride.racetime.stage_1 import week_km
from stride.racetime.train import fingerprint

WALK_FORWARD, COLD_START = "walk_forward", "cold_start"

COLUMNS = {
    "race_id": "string",
    "protocol": "string",
    "candidate": "string",
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
    "days_since_last_race": "double",
    "week_km": "double",
    "baseline_time_s": "double",
    **dict.fromkeys(BASELINES, "double"),
    "trained_on_races": "bigint",
}
CHOSEN = COLUMNS | {"is_chosen": "boolean", "data_fingerprint": "string"}
"""Columns of `backtest_and_choose`."""

_FOLDS = 5
_MANY_RACES = 5000
_GROWTH = 1.25
"""A model is fitted again when there are so many times the races that the last one learned from."""
_WARM_DAYS, _WARM_HISTORY_DAYS = 180, 84


def backtest_and_choose(races: pd.DataFrame) -> pd.DataFrame:
    """Run `backtest` and mark the candidate to train and serve.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.

    Returns
    -------
    DataFrame
        The columns of `CHOSEN`: beside those of `backtest` ``is_chosen``, whether the row's
        candidate is the one that `choice.choose` takes, and ``data_fingerprint``, the
        `train.fingerprint` of that candidate on these races.
    """
    rows, usable = backtest(races), races[races["unused_reason"].isna()]
    prints = {candidate: fingerprint(usable, candidate) for candidate in CANDIDATES}
    return rows.assign(
        is_chosen=rows["candidate"] == choose(rows),
        data_fingerprint=rows["candidate"].map(prints),
    )[list(CHOSEN)]


def backtest(
    races: pd.DataFrame, protocols=(WALK_FORWARD, COLD_START), candidates=CANDIDATES
) -> pd.DataFrame:
    """Forecast every usable race by each candidate, from a model that was not trained on it.

    ``walk_forward``: trained on races at least 43 days older than the calendar quarter of the race
    (the year, with more than 5,000 races), and fitted again when these are a quarter more than at
    the last fit. ``cold_start``: trained on the races of four fifths of
    the athletes, of which the athlete of the race is none. Where there is nothing to train on, the
    forecast is that of published settings, which is what a user would have got.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.
    protocols, candidates : tuple of str
        Which to run.

    Returns
    -------
    DataFrame
        One row per usable race, protocol and candidate, the columns of `COLUMNS`.
    """
    races = races[races["unused_reason"].isna()].sort_values(["race_date", "race_id"])
    races = races.reset_index(drop=True)
    is_recent = races["days_since_last_race"].astype(float) <= _WARM_DAYS
    is_long = races["days_of_history"].astype(float) >= _WARM_HISTORY_DAYS
    shown = races.assign(is_warm=is_recent & is_long, week_km=week_km(races)).join(baselines(races))
    shown["baseline_time_s"] = shown["riegel_time_s"]
    untrained = RaceTimeModel(PUBLISHED).fit(races[FEATURES].head(0), [])
    untrained = untrained.predict_interval(races[FEATURES]).assign(trained_on_races=0)
    splits = {WALK_FORWARD: _walk_forward, COLD_START: _cold_start}
    rows = []
    for protocol in protocols:
        folds = [
            (train, test, _fitted(races.iloc[train], candidates))
            for train, test in splits[protocol](races)
        ]
        for candidate in candidates:
            forecasts = _forecasts(races, untrained, candidate, folds)
            rows.append(shown.assign(protocol=protocol, candidate=candidate).join(forecasts))
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)]


def _forecasts(races: pd.DataFrame, untrained: pd.DataFrame, candidate: str, folds):
    parts = [untrained]
    for train, test, settings in folds:
        known, asked = races.iloc[train], races.iloc[test]
        model = RaceTimeModel(candidate).fit(
            known[FEATURES],
            known["race_time_s"],
            groups=known["athlete_id"],
            settings=None if candidate == PUBLISHED else settings,
        )
        predicted = model.predict_interval(asked[FEATURES])
        parts.append(predicted.assign(trained_on_races=len(train)))
    # The last forecast of a race counts; of a race in no fold it is the untrained one.
    together = pd.concat(parts)
    return together[~together.index.duplicated(keep="last")].sort_index()


def _fitted(known: pd.DataFrame, candidates) -> Settings | None:
    """Settings that the candidates with fitted ones share."""
    if set(candidates) <= {PUBLISHED}:
        return None
    return fit_settings(known[FEATURES], known["race_time_s"])


def _walk_forward(races: pd.DataFrame):
    split = CalendarSplit("Y" if len(races) > _MANY_RACES else "Q")
    try:
        folds = list(split.split(races))
    except ValueError:
        return  # too short to split
    known, asked = folds[0]
    for train, test in folds[1:]:
        if len(train) >= _GROWTH * len(known):
            yield known, asked
            known, asked = train, test
        else:  # hardly more to learn from: the last model forecasts these races too
            asked = np.concatenate([asked, test])
    yield known, asked


def _cold_start(races: pd.DataFrame):
    codes, names = pd.factorize(races["athlete_id"], sort=True)
    folds = codes % _FOLDS
    for fold in range(min(_FOLDS, len(names))):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(train):
            yield train, test
