"""Whether an athlete's inputs moved to where they had not been, by the athlete's own past.

Tests that take days for independent do not hold here: fitness remembers 42 days, and a two-sample
Kolmogorov-Smirnov test calls half of the stationary athletes drifting on any day. Each statistic is
therefore compared with its own values in up to three years of the same athlete, which have the same
serial correlation. There are three kinds:

- ``level``: median of a week less median of the past. Finds what moved slowly, and breaks.
- ``change``: size of a step that began 7 to 14 days ago, estimated by generalised least squares
  under an autoregression of the input on its last eight days (sums over a week drop what entered a
  week before). What the days before predict is taken off, so a step is found from any level.
- ``ratio``, of the daily load: mean logarithm of ten days with training over that of the 28 days
  before, weekdays evened out. Rest days and illness do not move it; sums of days they do.

All are in spreads of the past. The limit is a high quantile of the past values on the same side,
times a factor: it is larger where the past has few independent weeks, counted by how often the
input crossed its median. The factors are chosen on simulated athletes, so that all inputs together
alarm on less than 5 % of stationary ones; `make benchmark-monitoring` measures it on others.
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
"""Days the past must span: every season must have been seen once."""
MIN_MEASURED_DAYS = 180
"""Days of the past that must have a value."""

_REFERENCE_DAYS = 3 * 365
_WEEK, _MIN_WEEK_DAYS = 7, 4
"""Days of which the median is compared, and how many of them must have a value."""
_STEP_DAYS = range(7, 15)
"""Days ago on which a step may have begun, the last day included."""
_LAGS = 8
_FILLED_DAYS = 7
"""Missing days that the autoregression fills with the last value before them."""
_FACTORS = {
    # kind: quantile of the past; factor; what is added to it over the root of the crossings
    "level": (0.95, 1.5, 2.5),
    "change": (0.98, 1.2, 1.5),
    "ratio": (0.95, 1.5, 0.0),
}
_NAMED, _OTHERS_FACTOR = {"ctl", "acwr", "pace_trend_pct_28d"}, 1.4
"""Inputs that have the larger share of the false alarms; others' limits of a change are higher."""
_FLOOR = 1.0
"""A move of less than one spread is never drift."""
_LOAD_DAYS, _LOAD_DAYS_BEFORE = 10, 28
"""Days whose training is compared, and those that it is compared with."""
_TAIL = max(_STEP_DAYS) + CHECKED_DAYS - 1
"""Days that a checked day looks at; the past ends before them."""
_BATCH = 50
"""Athletes computed at once, which bounds the memory."""

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
    """Compare the last days of every athlete with their own past.

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
        84th percentile of the reference), of the ``kind`` that is nearest to its limit or furthest
        over it. They and ``is_over`` are null where there is no verdict: too short a past, or too
        few days with a value.
    """
    days = days.sort_values(["athlete_id", "feature_date"])
    athletes = [athlete for _, athlete in days.groupby("athlete_id", sort=False)]
    parts = [
        _check_batch(athletes[first : first + _BATCH]) for first in range(0, len(athletes), _BATCH)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def ks_distance(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Largest distance between two empirical distributions.

    Parameters
    ----------
    left, right : ndarray of shape (..., n), (..., m)
        Samples in the last axis; missing values are left out.

    Returns
    -------
    ndarray of shape (...)
        From 0 to 1; NaN if one of the samples is empty.

    Examples
    --------
    >>> float(ks_distance(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0, 5.0])))
    0.5
    """
    left, right = np.sort(left, axis=-1), right[..., None, :]
    of_left, of_right = _count(left)[..., None], _count(right)
    at = left[..., :, None]
    rank = np.arange(1, left.shape[-1] + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The distance is largest at a value of the left sample, or just below one.
        gaps = np.maximum(
            np.abs(rank / of_left - np.sum(right <= at, axis=-1) / of_right),
            np.abs((rank - 1) / of_left - np.sum(right < at, axis=-1) / of_right),
        )
    largest = np.where(np.isnan(left), -1.0, gaps).max(axis=-1, initial=-1.0)
    return np.where((of_left[..., 0] > 0) & (of_right[..., 0] > 0), largest, np.nan)


def _check_batch(athletes: list[pd.DataFrame]) -> pd.DataFrame:
    length = max(_TAIL + _LAGS, *(len(athlete) for athlete in athletes))
    length = min(length, _REFERENCE_DAYS + _TAIL)
    athletes = [athlete.iloc[-length:] for athlete in athletes]
    rows = np.array([len(athlete) for athlete in athletes])
    values = np.full((len(athletes), len(INPUTS), length), np.nan)
    for place, athlete in zip(values, athletes, strict=True):
        place[:, length - len(athlete) :] = athlete[INPUTS].to_numpy(float).T
    is_long = (rows >= MIN_REFERENCE_DAYS + _TAIL)[:, None]
    of_load = INPUTS.index(LOAD)
    parts = (_check_inputs(values[:, :of_load], is_long), _check_load(values[:, of_load:], is_long))
    # Days before an athlete's first are no rows.
    is_row = np.arange(CHECKED_DAYS) >= CHECKED_DAYS - rows[:, None]
    is_row = np.broadcast_to(is_row[:, None], (len(athletes), len(INPUTS), CHECKED_DAYS))
    frame = pd.DataFrame(
        {name: np.concatenate([part[name] for part in parts], axis=1)[is_row] for name in parts[0]}
    )
    dates = [athlete["feature_date"].to_numpy()[-CHECKED_DAYS:] for athlete in athletes]
    frame["athlete_id"] = np.repeat(
        [athlete["athlete_id"].iloc[0] for athlete in athletes], is_row.sum(axis=(1, 2))
    )
    frame["feature_name"] = np.repeat(INPUTS * len(athletes), is_row.sum(axis=2).ravel())
    frame["feature_date"] = np.concatenate([np.tile(days, len(INPUTS)) for days in dates])
    frame["reference_days"] = frame["reference_days"].astype("Int64")
    frame["is_over"] = frame["is_over"].astype(object).where(frame["statistic"].notna(), None)
    return frame[list(COLUMNS)]


def _check_inputs(values: np.ndarray, is_long: np.ndarray) -> dict[str, np.ndarray]:
    past = values[..., :-_TAIL]
    median, spread = _quantile(past, 0.5)[..., None], _spread(past)[..., None]
    weeks = np.lib.stride_tricks.sliding_window_view(values, _WEEK, axis=-1)
    medians = np.where(_count(weeks) >= _MIN_WEEK_DAYS, _quantile(weeks, 0.5), np.nan)
    level = (medians - median) / spread
    crossings = _crossings(level[..., :-_TAIL])
    more, less = _steps((values - median) / spread)
    dearer = np.array(
        [1.0 if name in _NAMED else _OTHERS_FACTOR for name in INPUTS if name != LOAD]
    )
    moves = [
        ("level", level, _limit("level", level, crossings)),
        ("level", -level, _limit("level", -level, crossings)),
        ("change", more, dearer * _limit("change", more, crossings)),
        ("change", less, dearer * _limit("change", less, crossings)),
    ]
    return _verdicts(
        moves,
        is_long,
        reference_days=_count(past),
        ks_distance=ks_distance(weeks[..., -CHECKED_DAYS:, :], past[..., None, :]),
        week_median=medians[..., -CHECKED_DAYS:],
        reference_median=median,
    )


def _check_load(loads: np.ndarray, is_long: np.ndarray) -> dict[str, np.ndarray]:
    """The same for what a day with training is worth."""
    trained = np.where(loads > 0, loads, np.nan)
    logs = np.log(trained)
    for weekday in range(7):
        of_day = logs[..., weekday::7]
        of_day -= _quantile(of_day[..., : -(_TAIL // 7 + 1)], 0.5)[..., None]
    ratios = _rolling_mean(logs, _LOAD_DAYS)
    ratios[..., _LOAD_DAYS:] -= _rolling_mean(logs, _LOAD_DAYS_BEFORE)[..., :-_LOAD_DAYS]
    ratios[..., :_LOAD_DAYS] = np.nan
    past = ratios[..., :-_TAIL]
    move = (ratios - _quantile(past, 0.5)[..., None]) / _spread(past)[..., None]
    now, before = (
        np.lib.stride_tricks.sliding_window_view(days, span, axis=-1)[..., -CHECKED_DAYS:, :]
        for days, span in (
            (trained, _LOAD_DAYS),
            (trained[..., :-_LOAD_DAYS], _LOAD_DAYS_BEFORE),
        )
    )
    return _verdicts(
        [("ratio", side, _limit("ratio", side, 1)) for side in (move, -move)],
        is_long,
        reference_days=_count(past),
        ks_distance=ks_distance(now, before),
        week_median=_quantile(now, 0.5),
        reference_median=_quantile(before, 0.5),
    )


def _verdicts(moves: list[tuple], is_long: np.ndarray, **reported) -> dict[str, np.ndarray]:
    """The move that is nearest to its limit, by day; nothing where the past is too short."""
    kinds = np.array([kind for kind, _, _ in moves])
    sizes = np.stack([move[..., -CHECKED_DAYS:] for _, move, _ in moves])
    limits = np.stack([np.broadcast_to(limit[..., None], sizes.shape[1:]) for _, _, limit in moves])
    nearest = np.nan_to_num(sizes / limits, nan=-np.inf).argmax(axis=0)[None]
    size, limit = (np.take_along_axis(part, nearest, axis=0)[0] for part in (sizes, limits))
    days = reported.pop("reference_days")
    is_known = (is_long & (days >= MIN_MEASURED_DAYS))[..., None]
    verdicts = {
        name: np.where(is_known, value, np.nan)
        for name, value in {"statistic": size, "limit_value": limit, **reported}.items()
    }
    verdicts = {name: np.broadcast_to(value, size.shape) for name, value in verdicts.items()}
    is_told = np.isfinite(verdicts["statistic"])
    verdicts["limit_value"] = np.where(is_told, verdicts["limit_value"], np.nan)
    verdicts["kind"] = np.where(is_told, kinds.astype(object)[nearest[0]], None)
    verdicts["is_over"] = is_told & (size > limit)
    verdicts["reference_days"] = np.broadcast_to(days[..., None], size.shape)
    return verdicts


def _limit(kind: str, move: np.ndarray, crossings) -> np.ndarray:
    """What is unusual on this side."""
    share, factor, of_few = _FACTORS[kind]
    factor = factor + of_few / np.sqrt(np.maximum(crossings, 1))
    return np.maximum(_FLOOR, np.nan_to_num(factor * _quantile(move[..., :-_TAIL], share)))


def _crossings(level: np.ndarray) -> np.ndarray:
    """How often the weeks of the past crossed their median: their independent ups and downs."""
    is_known = ~np.isnan(level)
    is_above = level > 0
    is_crossing = (is_above[..., 1:] != is_above[..., :-1]) & is_known[..., 1:] & is_known[..., :-1]
    return is_crossing.sum(axis=-1)


def _steps(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest step up, and down, that began one of `_STEP_DAYS` ago, by generalised least squares.

    What the autoregression does not predict is regressed on its response to a step of one.
    """
    weights = _autoregression(series[..., :-_TAIL])
    filled = series.copy()
    for _ in range(_FILLED_DAYS):
        filled[..., 1:] = np.where(np.isnan(filled[..., 1:]), filled[..., :-1], filled[..., 1:])
    surprises = series.copy()
    surprises[..., :_LAGS] = np.nan
    for lag in range(1, _LAGS + 1):
        surprises[..., lag:] -= weights[..., lag - 1, None] * filled[..., :-lag]
    is_known = ~np.isnan(surprises)
    surprises = np.nan_to_num(surprises)
    response = 1 - np.insert(np.cumsum(weights, axis=-1), 0, 0.0, axis=-1)
    more, less = np.full((2, *series.shape), np.nan)
    # A step a day older is yesterday's step with one day more.
    product, square, whole = np.zeros(series.shape), np.zeros(series.shape), 0.0
    for age in range(1, max(_STEP_DAYS) + 1):
        at = response[..., min(age - 1, _LAGS), None]
        product = at * surprises + _yesterday(product)
        square = at**2 * is_known + _yesterday(square)
        whole = whole + at**2
        if age in _STEP_DAYS:
            # The day of the step weighs most; without it little is known.
            is_enough = (square > 0) & (square >= 0.5 * whole)
            step = np.divide(product, square, out=np.full(series.shape, np.nan), where=is_enough)
            more, less = np.fmax(more, step), np.fmax(less, -step)
    return more, less


def _yesterday(series: np.ndarray) -> np.ndarray:
    earlier = np.zeros(series.shape)
    earlier[..., 1:] = series[..., :-1]
    return earlier


def _autoregression(past: np.ndarray) -> np.ndarray:
    """Weights of the last `_LAGS` days in the next one (Yule-Walker, missing days left out)."""
    is_known = ~np.isnan(past)
    centred = np.where(is_known, past - _mean(past)[..., None], 0.0)
    days = past.shape[-1]
    covariances = np.stack(
        [
            np.einsum("...t,...t", centred[..., lag:], centred[..., : days - lag])
            / np.maximum(np.sum(is_known[..., lag:] & is_known[..., : days - lag], axis=-1), 1)
            for lag in range(_LAGS + 1)
        ],
        axis=-1,
    )
    lags = np.abs(np.subtract.outer(np.arange(_LAGS), np.arange(_LAGS)))
    ridge = (1e-3 * covariances[..., :1, None] + 1e-9) * np.eye(_LAGS)
    return np.linalg.solve(covariances[..., lags] + ridge, covariances[..., 1:, None])[..., 0]


def _rolling_mean(series: np.ndarray, days: int) -> np.ndarray:
    """Mean of so many days to each one; NaN if less than a third have a value."""
    sums = []
    for part in (np.nan_to_num(series), (~np.isnan(series)).astype(float)):
        total = np.cumsum(part, axis=-1)
        total[..., days:] -= total[..., :-days].copy()
        sums.append(total)
    return np.where(sums[1] >= days // 3, sums[0] / np.maximum(sums[1], 1), np.nan)


def _spread(past: np.ndarray) -> np.ndarray:
    """Half the distance from the 16th to the 84th percentile."""
    half = (_quantile(past, 0.84) - _quantile(past, 0.16)) / 2
    # Half the values may be equal (zero in a week of rest): then the deviation is the spread.
    deviation = np.sqrt(_mean((past - _mean(past)[..., None]) ** 2))
    return np.fmax(np.fmax(half, deviation / 2), 1e-9)


def _count(values: np.ndarray) -> np.ndarray:
    return np.sum(~np.isnan(values), axis=-1)


def _mean(values: np.ndarray) -> np.ndarray:
    return np.sum(np.nan_to_num(values), axis=-1) / np.maximum(_count(values), 1)


def _quantile(values: np.ndarray, share: float) -> np.ndarray:
    """Quantile of the last axis without its missing values, many times faster than nanquantile."""
    ordered = np.sort(values, axis=-1)
    at = share * np.maximum(_count(values) - 1, 0)
    low = at.astype(int)
    below, above = (
        np.take_along_axis(ordered, index[..., None], axis=-1)[..., 0]
        for index in (low, np.ceil(at).astype(int))
    )
    return below + (at - low) * (above - below)
