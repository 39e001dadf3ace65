"""Conformal intervals: how far off out-of-fold forecasts were, in units of stage 1's spread."""

import numpy as np
import pandas as pd

Z80 = 1.2815515594600038
"""An 80 % interval of a normal distribution reaches so many deviations to each side."""
MIN_RACES = 40
"""Fewer calibration races say less of the spread than stage 1 does: four beyond each end."""

_CLASS_LIMITS_M = np.array([7500.0, 13000.0, 30000.0])
"""About 5 km, 10 km, the half marathon, the marathon and beyond."""
ALL = -1


def distance_class(distance_m) -> np.ndarray:
    """Class of distances that are calibrated together: 0 to 3.

    Examples
    --------
    >>> distance_class([5000.0, 10000.0, 21097.5, 42195.0])
    array([0, 1, 2, 3])
    """
    return np.searchsorted(_CLASS_LIMITS_M, np.asarray(distance_m, dtype=float))


def offsets(scores: np.ndarray, classes: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Ends of 80 % intervals in deviations from the forecast.

    A Mondrian conformal predictive system per class of distances; one for all distances where a
    class has fewer than `MIN_RACES`; the normal distribution where all have fewer together.

    Parameters
    ----------
    scores : ndarray of shape (n_calibration,)
        Out-of-fold errors of log time over stage 1's deviation; positive: slower than forecast.
    classes : ndarray of shape (n_calibration,)
        Their `distance_class`.
    asked : ndarray of shape (n,)
        Classes of the forecasts.

    Returns
    -------
    ndarray of shape (n, 2)
        Lower end, at most 0, and upper end, at least 0.
    """
    ends = np.tile([-Z80, Z80], (len(asked), 1))
    if len(scores) < MIN_RACES or not len(asked):
        return ends
    from crepes import ConformalPredictiveSystem  # seconds to import

    counts = pd.Series(classes).value_counts()
    own = np.array([counts.get(which, 0) >= MIN_RACES for which in asked])
    for where, which in [(own & (asked == k), k) for k in np.unique(asked)] + [(~own, ALL)]:
        if where.any():
            part = scores if which == ALL else scores[classes == which]
            system = ConformalPredictiveSystem().fit(part, seed=0)
            ends[where] = system.predict_int(np.zeros(int(where.sum())), confidence=0.8)
    return np.column_stack([np.minimum(ends[:, 0], 0.0), np.maximum(ends[:, 1], 0.0)])
