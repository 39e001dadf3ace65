"""Judge the model as it would have done: trained on the past only, asked about the next races."""

import pandas as pd

from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.riegel import riegel

GAP_DAYS = 43
"""Days kept out between training and test: 42-day features and the day itself."""

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
    quarters = races["race_date"].dt.to_period("Q")
    judged = []
    for quarter, asked in races.groupby(quarters):
        known = races[races["race_date"] <= quarter.start_time - pd.Timedelta(days=GAP_DAYS)]
        model = RaceTimeModel().fit(known[FEATURES], known["race_time_s"])
        judged.append(asked.join(model.predict_interval(asked)).assign(trained_on_races=len(known)))
    if not judged:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat(judged)
    rows["baseline_time_s"] = riegel(
        rows["last_race_time_s"], rows["last_race_distance_m"], rows["distance_m"]
    )
    return rows[list(COLUMNS)]
