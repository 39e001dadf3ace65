"""Whether an athlete's inputs moved to where they had not been: KS, calibrated by their own past.

The two-sample Kolmogorov-Smirnov test takes days for independent. Fitness remembers 42 days, and
seasons a year: it would call half the stationary athletes and more drifting on any day. And its
distance is 1, and stays 1, for a week at the edge of the past as for one far beyond it. So it is
asked otherwise: how far would a week have to be moved, in the athlete's own spreads, for its
distance to the past to be small? What that was in every other week of up to three years says what
is usual. Level and change over three weeks are both asked: a slow input shows a jump as a change
first.

All that is a sum of days hides a load that doubles: rest days and illness move sums as much. So one
thing more is watched, what a day with training is worth beside others of its weekday: ten days over
the 28 before them, as a ratio, which no rest day and no long run on Sunday moves. What is usual is
told for more and for less apart.

NannyML's calculator fits one object an input and judges by that test's p-value. Here are ten
inputs, hundreds of weeks and thousands of athletes, so the distance is computed in NumPy; a test
holds it equal to NannyML's.
"""

import numpy as np
import pandas as pd

LOAD = "training_load"
"""Daily load, of which the days with training are watched."""
INPUTS = [
    "ctl",
    "atl",
    "tsb",
    "acwr",
    "pace_trend_pct_28d",
    "run_distance_7d_m",
    "run_distance_28d_m",
    "run_distance_84d_m",
    "longest_run_60d_m",
    "monotony",
    LOAD,
]
"""Columns of `features.rolling_features` that are watched."""

CHECKED_DAYS = 7
"""Days for which a verdict is given; how many of them must be over is said in SQL."""
MIN_REFERENCE_DAYS = 365
"""Every season must have been seen once; with less there is no verdict."""

_WINDOW = 7
"""Days that are compared with the past."""
_CHANGE = 21
"""Days over which a change is measured."""
_REFERENCE_DAYS = 3 * 365
_SMALL = 0.5
"""A KS distance that counts as small."""
_FACTOR = 1.8
"""What is unusual: so many times what 95 % of the past weeks were moved by."""
_FLOOR = 1.0
"""A move of less than one spread is never drift."""
_LOAD_DAYS, _LOAD_DAYS_BEFORE = 10, 28
"""Days whose training is compared, and those that it is compared with."""
_LOAD_FACTOR = 1.4
"""As `_FACTOR`, for one side: ten days are an average already, so chance moves them less."""

COLUMNS = {
    "athlete_id": "string",
    "feature_name": "string",
    "feature_date": "date",
    "kind": "string",
    "statistic": "double",
    "limit_value": "double",
    "is_over": "boolean",
    "ks_distance": "double",
    "week_median": "double",
    "reference_median": "double",
    "reference_days": "bigint",
}


def check(days: pd.DataFrame) -> pd.DataFrame:
    """Compare the last weeks of every athlete with their own past.

    Athletes do not see each other, so any batch of whole athletes gives their part of the answer.

    Parameters
    ----------
    days : DataFrame
        ``athlete_id``, ``feature_date`` and `INPUTS`: every day without a gap, to the last closed
        one. Missing values are allowed.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row per athlete, input and day of the last `CHECKED_DAYS`.
        ``statistic`` and ``limit_value`` are in spreads (half the distance from the 16th to the
        84th percentile of the reference), of ``kind`` level or change, whichever is nearer to its
        limit or further over it; of `LOAD`, ratio. They and ``is_over`` are null where there is no
        verdict: too short a past, or nothing measured that week.
    """
    days = days.sort_values(["athlete_id", "feature_date"])
    parts = [
        _check_athlete(athlete, group["feature_date"].to_numpy(), group[INPUTS].astype(float))
        for athlete, group in days.groupby("athlete_id", sort=False)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def ks_distance(left: np.ndarray, right: np.ndarray) -> float:
    """Largest distance between two empirical distributions.

    Parameters
    ----------
    left, right : ndarray of shape (n,), (m,)
        Without missing values.

    Returns
    -------
    float
        From 0 to 1; NaN if one of them is empty.

    Examples
    --------
    >>> ks_distance(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0, 5.0]))
    0.5
    """
    if not len(left) or not len(right):
        return np.nan
    left, right = np.sort(left), np.sort(right)
    at = np.concatenate([left, right])
    shares = (np.searchsorted(side, at, "right") / len(side) for side in (left, right))
    return float(np.abs(next(shares) - next(shares)).max())


def _check_athlete(athlete: str, dates: np.ndarray, values: pd.DataFrame) -> pd.DataFrame:
    checked = min(CHECKED_DAYS, len(values))
    # The past ends before the first week that is judged begins.
    split = max(0, len(values) - checked - _WINDOW + 1)
    start = max(0, split - _REFERENCE_DAYS)
    rows = []
    for name in INPUTS:
        judge = _check_load if name == LOAD else _check_input
        verdicts = judge(values[name].to_numpy()[start:], split - start, checked)
        rows += [(name, day, *v) for day, v in zip(dates[-checked:], verdicts, strict=True)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)[1:])
    frame["reference_days"] = frame["reference_days"].astype("Int64")
    frame["is_over"] = frame["is_over"].astype(object).where(frame["statistic"].notna(), None)
    return frame.assign(athlete_id=athlete)[list(COLUMNS)]


def _check_input(column: np.ndarray, split: int, checked: int) -> list[tuple]:
    """One verdict per checked day: the columns of `COLUMNS` from ``kind`` on."""
    change = np.full(len(column), np.nan)
    change[_CHANGE:] = column[_CHANGE:] - column[:-_CHANGE]
    past = column[:split][~np.isnan(column[:split])]
    if len(past) < MIN_REFERENCE_DAYS:
        return [_no_verdict(len(past))] * checked
    moves = {
        kind: _moves(series, split) for kind, series in (("level", column), ("change", change))
    }
    verdicts = []
    for day in range(checked):
        week = column[split + day : split + day + _WINDOW]
        week = week[~np.isnan(week)]
        kind = max(
            moves, key=lambda kind: np.nan_to_num(moves[kind][0][day] / moves[kind][1], nan=-1.0)
        )
        move, limit = moves[kind][0][day], moves[kind][1]
        verdicts.append(
            (
                kind if np.isfinite(move) else None,
                move,
                limit,
                bool(move > limit),
                ks_distance(week, past),
                np.median(week) if len(week) else np.nan,
                np.median(past),
                len(past),
            )
        )
    return verdicts


def _no_verdict(days: int) -> tuple:
    return (None, np.nan, np.nan, None, np.nan, np.nan, np.nan, days)


def _check_load(loads: np.ndarray, split: int, checked: int) -> list[tuple]:
    """The same for what a day with training is worth."""
    ratios = _load_ratios(loads, split)
    past = np.sort(ratios[:split][~np.isnan(ratios[:split])])
    if len(past) < MIN_REFERENCE_DAYS:
        return [_no_verdict(len(past))] * checked
    usual, spread = np.median(past), _spread(past)
    limits = [
        max(_FLOOR, _LOAD_FACTOR * np.quantile(side * (past - usual), 0.95) / spread)
        for side in (1, -1)
    ]
    verdicts = []
    for end in range(len(loads) - checked + 1, len(loads) + 1):
        move = (ratios[end - 1] - usual) / spread
        if np.isnan(move):
            verdicts.append(_no_verdict(len(past)))
            continue
        limit = limits[int(move < 0)]
        start = end - _LOAD_DAYS
        now, before = loads[start:end], loads[start - _LOAD_DAYS_BEFORE : start]
        now, before = now[now > 0], before[before > 0]
        verdicts.append(
            (
                *("ratio", abs(move), limit, bool(abs(move) > limit)),
                *(ks_distance(now, before), np.median(now), np.median(before), len(past)),
            )
        )
    return verdicts


def _load_ratios(loads: np.ndarray, split: int) -> np.ndarray:
    """Logarithm of what a training day is worth, of the days to each day over those before them."""
    logs = pd.Series(np.log(np.where(loads > 0, loads, np.nan)))
    weekday = np.arange(len(loads)) % 7
    usual = logs[:split].groupby(weekday[:split]).median()
    logs -= usual.reindex(weekday).to_numpy()
    now = logs.rolling(_LOAD_DAYS, min_periods=_LOAD_DAYS // 3).mean()
    before = logs.rolling(_LOAD_DAYS_BEFORE, min_periods=_LOAD_DAYS_BEFORE // 3).mean()
    return (now - before.shift(_LOAD_DAYS)).to_numpy()


def _moves(series: np.ndarray, split: int) -> tuple[np.ndarray, float]:
    """How far each checked week must be moved, in spreads, and what is unusual."""
    reference = np.sort(series[:split][~np.isnan(series[:split])])
    spread = _spread(reference)
    weeks = np.lib.stride_tricks.sliding_window_view(series, _WINDOW)
    usual = _move(weeks[: max(1, split - _WINDOW + 1) : 3], reference) / spread
    usual = usual[~np.isnan(usual)]
    limit = _FACTOR * np.quantile(usual, 0.95) if len(usual) else 0.0
    return _move(weeks[split:], reference) / spread, max(_FLOOR, limit)


def _spread(reference: np.ndarray) -> float:
    low, high = _quantiles(reference, np.array([0.16, 0.84]))
    # Half the values may be equal (zero in a week of rest): then the deviation is the spread.
    return max((high - low) / 2, reference.std() / 2, 1e-9)


_STEPS = np.arange(_WINDOW) / _WINDOW
_UP = np.flatnonzero(_STEPS + _SMALL < 1)
_DOWN = np.flatnonzero(_STEPS + 1 / _WINDOW > _SMALL)


def _move(weeks: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Least shift of each week after which its KS distance to the sorted reference is small."""
    weeks = np.sort(weeks, axis=1)
    too_high = weeks[:, _UP] - _quantiles(reference, _STEPS[_UP] + _SMALL)
    too_low = _quantiles(reference, _STEPS[_DOWN] + 1 / _WINDOW - _SMALL) - weeks[:, _DOWN]
    moves = np.maximum(np.maximum(too_high.max(axis=1), too_low.max(axis=1)), 0.0)
    return np.where(np.isnan(weeks).any(axis=1), np.nan, moves)


def _quantiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return np.interp(shares * (len(ordered) - 1), np.arange(len(ordered)), ordered)
