"""Athletes and forecasts with known truth: what do monitors see, and what do they invent?"""

import numpy as np
import pandas as pd

from stride.monitoring.drift import INPUTS, LOAD, check
from stride.monitoring.estimated_performance import INPUTS as FORECAST_INPUTS

DRIFT_DAYS = 5
"""As the var drift_days."""
WARM_UP = 126
"""Days before fitness, which starts at zero, is what it will be."""


def daily_loads(rng: np.random.Generator, days: int) -> np.ndarray:
    """Loads of a stationary athlete: weeks, blocks, a season, illness, and slow ups and downs.

    Nothing about the athlete changes for good, and no day is independent of the ones before.
    """
    at = np.arange(days)
    week = rng.permutation([0.0, 0.6, 1.0, 0.7, 1.1, 1.9, 0.8])
    season = 1 + rng.uniform(0.1, 0.3) * np.sin(2 * np.pi * (at / 365.25 + rng.random()))
    block = np.repeat([0.95, 1.05, 1.12, 0.7], 7)
    memory, shocks, slow = np.exp(-1 / 30), rng.normal(size=days), np.zeros(days)
    for day in range(1, days):
        slow[day] = memory * slow[day - 1] + np.sqrt(1 - memory**2) * 0.12 * shocks[day]
    loads = rng.uniform(25, 80) * week[at % 7] * block[at % 28] * season
    loads *= np.exp(slow + rng.normal(0, 0.3, days))
    loads[rng.random(days) < 0.08] = 0
    for first in np.flatnonzero(rng.random(days) < 3 / 365):
        loads[first : first + rng.integers(3, 6)] = 0
    return loads


def inputs_of(loads: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """The watched inputs of a history of loads, of which every point is a run of 150 metres."""
    load, run = pd.Series(loads), pd.Series(150.0 * loads)
    ctl, atl = (load.ewm(alpha=1 - np.exp(-1 / tau), adjust=True).mean() for tau in (42, 7))
    week, month = load.rolling(7), load.rolling(28)
    pace = pd.Series(rng.normal(0, 1, len(load))).ewm(halflife=14).mean()
    frame = pd.DataFrame(
        {
            "ctl": ctl,
            "atl": atl,
            "tsb": (ctl - atl).shift(1),
            "acwr": 4 * week.sum() / month.sum().where(month.sum() > 140),
            "pace_trend_pct_28d": 5 * pace,
            "run_distance_7d_m": run.rolling(7).sum(),
            "run_distance_28d_m": run.rolling(28).sum(),
            "run_distance_84d_m": run.rolling(84).sum(),
            "longest_run_60d_m": run.rolling(60).max(),
            "monotony": (week.mean() / week.std(ddof=0).where(week.mean() > 0)).clip(upper=10),
            "training_load": load,
        }
    )
    return frame[INPUTS]


def history(inputs: pd.DataFrame, last: int, athlete: str = "a") -> pd.DataFrame:
    """The days that `drift.check` is given when ``last`` was the last closed one."""
    days = pd.date_range("2020-01-01", periods=len(inputs))
    frame = inputs.assign(athlete_id=athlete, feature_date=days)
    return frame.iloc[max(WARM_UP, last - 1109) : last + 1]


def drifted(days: pd.DataFrame) -> pd.Series:
    """Whether each input of an athlete drifted on the last day, as `athlete_drift` would say."""
    return drifted_of_each([days]).iloc[0]


def drifted_of_each(histories: list[pd.DataFrame]) -> pd.DataFrame:
    """The same, one row for each of many athletes, whatever their names."""
    days = pd.concat([days.assign(athlete_id=f"{i:06d}") for i, days in enumerate(histories)])
    over = check(days).groupby(["athlete_id", "feature_name"])["is_over"].sum().unstack()
    return (over >= DRIFT_DAYS)[INPUTS]


def jump(inputs: pd.DataFrame, first: int, spreads: float, rng) -> pd.DataFrame:
    """The same inputs, each moved from day ``first`` on by so many of its own spreads.

    But for the load of a day: it is watched as a ratio, and below zero it would be no load.
    """
    names = [name for name in INPUTS if name != LOAD]
    past = inputs.iloc[WARM_UP:first][names]
    spread = (past.quantile(0.84) - past.quantile(0.16)) / 2
    moved = inputs.copy()
    moved.loc[moved.index[first:], names] += spreads * spread * rng.choice([-1, 1], len(names))
    return moved


SERIOUS = {
    "ctl": ("CTL x 1.5", lambda days, _: 1.5 * days),
    "acwr": ("ACWR x 2", lambda days, _: 2 * days),
    "pace_trend_pct_28d": ("pace trend + 2 deviations", lambda days, past: days + 2 * past.std()),
}
"""The shift of each named input that a coach would call serious."""


def serious_shift(inputs: pd.DataFrame, name: str, last: int) -> pd.DataFrame:
    """The same inputs, one of them shifted as `SERIOUS` says in the 14 days to ``last``."""
    moved, days = inputs.copy(), inputs.index[last - 13 : last + 1]
    past = inputs[name].iloc[WARM_UP : last - 13]
    moved.loc[days, name] = SERIOUS[name][1](inputs.loc[days, name], past)
    return moved


def forecasts(rng: np.random.Generator, rows: int, stale_days: float = 120.0) -> pd.DataFrame:
    """Forecasts and results. The longer ago the last race, the larger the error; and nothing else.

    The mean absolute error is known: per cent, 2 plus 6 for every 365 days (``true_mape_pct``).
    """
    frame = pd.DataFrame({name: rng.normal(40, 10, rows) for name in FORECAST_INPUTS})
    frame["distance_m"] = rng.choice([5000.0, 10000.0, 21097.5, 42195.0], rows)
    frame["days_since_last_race"] = np.minimum(rng.exponential(stale_days, rows), 730)
    frame["true_mape_pct"] = 2 + 6 * frame["days_since_last_race"] / 365
    frame["predicted_time_s"] = 1500 * (frame["distance_m"] / 5000) ** 1.06
    # The mean of |N(0, s)| is s * sqrt(2 / pi).
    error = rng.normal(0, 1, rows) * frame["true_mape_pct"] / 100 * np.sqrt(np.pi / 2)
    frame["race_time_s"] = frame["predicted_time_s"] / (1 + np.maximum(error, -0.5))
    frame["race_date"] = pd.Timestamp("2023-01-02") + pd.to_timedelta(
        np.sort(rng.integers(0, 730, rows)), "D"
    )
    frame["prediction_date"] = pd.Timestamp("2025-01-06")
    frame["model_version"] = "1"
    return frame
