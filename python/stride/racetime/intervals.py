"""Conformal intervals: how far off out-of-fold forecasts were, in units of stage 1's spread."""

import numpy as np

Z80 = 1.2815515594600038
"""An 80 % interval of a normal distribution reaches so many deviations to each side."""
MIN_RACES = 40
"""Fewer calibration races say less of the spread than stage 1 does: four beyond each end."""

_CLASS_LIMITS_M = np.array([7500.0, 13000.0, 30000.0])
"""About 5 km, 10 km, the half marathon, the marathon and beyond."""
_TRAINING_ONLY = 4


def classes(distance_m, support) -> np.ndarray:
    """Class of forecasts that are calibrated together.

    Parameters
    ----------
    distance_m : array-like of shape (n,)
        Metres.
    support : array-like of shape (n,)
        What the forecasts rest on.

    Returns
    -------
    ndarray of int, shape (n,)
        0 to 3 by distance; 4 without any race, whose spread is of another kind.

    Examples
    --------
    >>> classes([5000.0, 10000.0, 42195.0, 5000.0], ["one_race"] * 3 + ["training_only"])
    array([0, 1, 3, 4])
    """
    by_distance = np.searchsorted(_CLASS_LIMITS_M, np.asarray(distance_m, dtype=float))
    return np.where(np.asarray(support) == "training_only", _TRAINING_ONLY, by_distance)


def offsets(scores: np.ndarray, of: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Ends of 80 % intervals in deviations from the forecast.

    A Mondrian conformal predictive system per class; one for all distances where a distance has
    fewer than `MIN_RACES`; the normal distribution where all have fewer together.

    Parameters
    ----------
    scores : ndarray of shape (n_calibration,)
        Out-of-fold errors of log time over stage 1's deviation; positive: slower than forecast.
    of : ndarray of shape (n_calibration,)
        Their `classes`.
    asked : ndarray of shape (n,)
        Classes of the forecasts.

    Returns
    -------
    ndarray of shape (n, 2)
        Lower end, at most 0, and upper end, at least 0.
    """
    ends = np.tile([-Z80, Z80], (len(asked), 1))
    for which in np.unique(asked):
        part = scores[of == which]
        if len(part) < MIN_RACES and which != _TRAINING_ONLY:
            part = scores[of != _TRAINING_ONLY]
        if len(part) >= MIN_RACES:
            ends[asked == which] = _conformal(part)
    return np.column_stack([np.minimum(ends[:, 0], 0.0), np.maximum(ends[:, 1], 0.0)])


def _conformal(scores: np.ndarray, confidence: float = 0.8) -> tuple[float, float]:
    """Ends of the interval of a conformal predictive system, as crepes computes them.

    crepes imports scikit-learn, which takes longer than everything else that scoring does.
    """
    ordered = np.sort(scores)
    tail = (1 - confidence) / 2
    low = int(tail * (len(ordered) + 1)) - 1
    high = int(np.ceil((confidence + tail) * (len(ordered) + 1))) - 1
    return ordered[max(low, 0)], ordered[min(high, len(ordered) - 1)]
