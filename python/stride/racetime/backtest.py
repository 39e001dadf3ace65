"""Judge the model as it would have done: trained on the past only, asked about the next races."""

import pandas as pd

from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.riegel import riegel
from stride.racetime.split import CalendarSplit

COLUMNS = {
    "race_id": "string",
    "athlete_id": "string",
    "race_date": "date",
    "distance_label": "string",
    "race_time_s": "double",
    "predicted_time_s": "double",
    "lower_80_s": "double",
    "upper_80_s": "double",
    "baseline_time_s": "double",
    "trained_on_races": "bigint",
}


def backtest(races: pd.DataFrame) -> pd.DataFrame:
    """Forecast every usable race from a model trained on races at least 43 days older.

    The model is trained anew for each calendar quarter. With too few earlier races it is
    stage 1 alone, which is what a user would have got on that day.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.

    Returns
    -------
    DataFrame
        One row per usable race, the columns of `COLUMNS`.
    """
    races = races[races["unused_reason"].isna()].sort_values(["race_date", "race_id"])
    # What nothing older can teach, stage 1 forecasts alone; `trained_on_races` says so with 0.
    untrained = RaceTimeModel().fit(races[FEATURES].head(0), [])
    rows = untrained.predict_interval(races).assign(trained_on_races=0)
    try:
        splits = list(CalendarSplit().split(races))
    except ValueError:
        splits = []  # too short to split: every forecast is stage 1's
    for train, test in splits:
        known, asked = races.iloc[train], races.iloc[test]
        model = RaceTimeModel().fit(known[FEATURES], known["race_time_s"])
        rows.loc[asked.index] = model.predict_interval(asked).assign(trained_on_races=len(known))
    rows = races.join(rows)
    rows["baseline_time_s"] = riegel(
        rows["last_race_time_s"], rows["last_race_distance_m"], rows["distance_m"]
    )
    return rows[list(COLUMNS)]
