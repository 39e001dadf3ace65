"""What anybody could forecast without this model; it has to beat all of them."""

import numpy as np
import pandas as pd

from stride.racetime.earlier_races import earlier_races
from stride.racetime.riegel import riegel
from stride.racetime.stage_1 import week_km
from stride.racetime.vdot import vdot_time
from stride.racetime.vickers import marathon_from_one, marathon_from_two

BASELINES = {
    "riegel_time_s": "the last race, scaled by Riegel's 1.06",
    "segments_time_s": "the last race, scaled by what runners need from distance to distance",
    "vdot_time_s": "the last race, scaled by Daniels and Gilbert",
    "same_distance_time_s": "the last race over that distance, up to 180 days ago",
    "median_time_s": "the median of all earlier races, scaled by Riegel's 1.06",
    "vickers_one_time_s": "the marathon by Vickers and Vertosick, from the longest earlier race",
    "vickers_two_time_s": "the marathon by Vickers and Vertosick, from two earlier races",
}
"""Columns of `baselines`, and what each does."""

_SEGMENT_ENDS = np.log([1000.0, 10000.0, 21097.5, 1e6])
_EXPONENTS = np.array([1.081, 1.064, 1.132])
"""Median of about 1,200 pairs of personal bests: up to 10 km, to the half marathon, beyond."""
_SAME_DISTANCE_DAYS = 180
_MILE_KM = 1.609344


def segments(time_s, from_m, to_m) -> np.ndarray:
    """Scale a race time by the exponents of the segments between two distances.

    Parameters
    ----------
    time_s, from_m, to_m : array-like of shape (n,)
        Seconds and metres.

    Returns
    -------
    ndarray of shape (n,)
        Seconds.

    Examples
    --------
    >>> segments([1500.0], [5000.0], [10000.0]).round(1)
    array([3173.3])
    """
    from_m, to_m = np.asarray(from_m, dtype=float), np.asarray(to_m, dtype=float)
    needed = np.concatenate([[0.0], np.cumsum(_EXPONENTS * np.diff(_SEGMENT_ENDS))])
    end, start = (np.interp(np.log(x), _SEGMENT_ENDS, needed) for x in (to_m, from_m))
    return np.asarray(time_s, dtype=float) * np.exp(end - start)


def baselines(X: pd.DataFrame) -> pd.DataFrame:
    """Forecast by every baseline.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        ``distance_m``, ``earlier_races``, ``run_distance_84d_m``, ``days_of_history``.

    Returns
    -------
    DataFrame of shape (n, 7), indexed as ``X``
        The columns of `BASELINES`, seconds; NaN where a baseline has nothing to go by.

    Examples
    --------
    >>> X = pd.DataFrame({"distance_m": [10000.0], "earlier_races": ["30:5000.000:1500.00"]})
    >>> baselines(X)[["riegel_time_s", "vdot_time_s"]].round(1)
       riegel_time_s  vdot_time_s
    0         3127.4       3113.3
    """
    to_m = X["distance_m"].to_numpy(dtype=float)
    races = earlier_races(X)
    known = np.isfinite(races.time_s)
    same = known & (np.abs(races.distance_m / to_m[:, None] - 1.0) < 0.01)
    _, last_m, last_s = races.latest(known)
    _, _, same_s = races.latest(same & (races.days <= _SAME_DISTANCE_DAYS))
    scaled = riegel(races.time_s, races.distance_m, to_m[:, None])
    median = np.full(len(X), np.nan)
    median[known.any(axis=1)] = np.nanmedian(scaled[known.any(axis=1)], axis=1)
    one, two = _vickers(X, races, known)
    is_marathon = np.abs(to_m / 42195.0 - 1.0) < 0.01
    return pd.DataFrame(
        {
            "riegel_time_s": riegel(last_s, last_m, to_m),
            "segments_time_s": segments(last_s, last_m, to_m),
            "vdot_time_s": vdot_time(last_s, last_m, to_m),
            "same_distance_time_s": same_s,
            "median_time_s": median,
            "vickers_one_time_s": np.where(is_marathon, one, np.nan),
            "vickers_two_time_s": np.where(is_marathon, two, np.nan),
        },
        index=X.index,
    )


def _vickers(X: pd.DataFrame, races, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From the longest race, and from it and the latest one that is a tenth shorter or more."""
    longest_m = np.where(known, races.distance_m, 0.0).max(axis=1, initial=0.0)
    _, long_m, long_s = races.latest(known & (races.distance_m == longest_m[:, None]))
    _, short_m, short_s = races.latest(known & (races.distance_m < 0.9 * longest_m[:, None]))
    miles = week_km(X) / _MILE_KM
    return (
        marathon_from_one(long_s, long_m, miles),
        marathon_from_two(short_s, short_m, long_s, long_m, miles),
    )
