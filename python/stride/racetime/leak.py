"""What a leak would have bought: the backtest once more, with the race in its own features."""

import pandas as pd

from stride.racetime.backtest import WALK_FORWARD, backtest
from stride.racetime.model import CORRECTED

COLUMNS = {"join_kind": "string", "races": "bigint", "mae_s": "double", "mape_pct": "double"}

_STATE = ["ctl", "tsb", "run_distance_28d_m", "run_distance_84d_m", "longest_run_60d_m"]
_RACES = [
    "earlier_races",
    "last_race_distance_m",
    "last_race_time_s",
    "days_since_last_race",
]


def demonstrate(races: pd.DataFrame, same_day: pd.DataFrame) -> pd.DataFrame:
    """Measure the backtest's error with honest features and with those of a same-day join.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.
    same_day : DataFrame
        The same features by ``race_id`` as a join by the same day gives them: the state at the
        end of race day, and the race itself among the earlier races.

    Returns
    -------
    DataFrame of 3 rows
        The columns of `COLUMNS`: ``day_before`` is honest, ``same_day_state`` knows the training
        load of the race, ``same_day`` its result too. Errors are null without any race.
    """
    usable = races[races["unused_reason"].isna()].set_index("race_id")
    leaky = same_day.set_index("race_id").reindex(usable.index)
    # It was asked for on the day after the race.
    leaky["days_since_last_race"] = leaky["days_since_last_race"] - 1
    kinds = {"day_before": [], "same_day_state": _STATE, "same_day": _STATE + _RACES}
    return pd.DataFrame(
        [
            {"join_kind": kind, **_error(usable.assign(**leaky[columns]).reset_index())}
            for kind, columns in kinds.items()
        ]
    )


def _error(races: pd.DataFrame) -> dict:
    # The candidate that reads all features.
    forecasts = backtest(races, (WALK_FORWARD,), (CORRECTED,))
    error = (forecasts["predicted_time_s"] - forecasts["race_time_s"]).abs()
    return {
        "races": len(forecasts),
        "mae_s": error.mean(),
        "mape_pct": 100 * (error / forecasts["race_time_s"]).mean(),
    }
