"""What is known of a runner before any training data: a Gaussian over log race times.

Four distances of 1,323 runners' personal bests give the mean and the covariance of
``ln t - 1.06 ln d``; between them both are interpolated in ``ln d``. One earlier race conditions
it. The covariance says how surely a 5 km tells of a marathon; a race long ago tells less.
"""

import numpy as np

from stride.racetime.riegel import EXPONENT

_LOG_DISTANCES = np.log([5000.0, 10000.0, 21097.5, 42195.0])
_MEAN = np.array([-1.9163, -1.8982, -1.8964, -1.8399])
_COVARIANCE = np.array(
    [
        [0.02657, 0.02503, 0.02476, 0.02581],
        [0.02503, 0.02712, 0.02588, 0.02730],
        [0.02476, 0.02588, 0.02712, 0.02791],
        [0.02581, 0.02730, 0.02791, 0.03390],
    ]
)
_RACE_DAY_SD = np.array([0.018, 0.018, 0.030, 0.040])
"""From race to race of the same runner in the same state."""
_DRIFT_SD = 0.0022
"""Random walk of a runner's state, per square root of a day: 1.2 % in 30 days."""
_LONGEST_DRIFT_DAYS = 730.0


def forecast(distance_m, last_distance_m, last_time_s, days_since) -> tuple[np.ndarray, np.ndarray]:
    """Forecast log race times, from the last race where there is one.

    Parameters
    ----------
    distance_m : array-like of shape (n,)
        Distance asked for, metres.
    last_distance_m, last_time_s, days_since : array-like of shape (n,)
        The last race: metres, seconds, days ago. NaN where there is none.

    Returns
    -------
    log_time : ndarray of shape (n,)
        Mean of ln seconds.
    log_sd : ndarray of shape (n,)
        Standard deviation of ln seconds: 0.05 is about 5 % of the time.

    Examples
    --------
    >>> log_time, log_sd = forecast([10000.0], [5000.0], [1500.0], [30.0])
    >>> np.exp(log_time).round(), log_sd.round(3)
    (array([3137.]), array([0.065]))
    """
    distance_m, last_distance_m, last_time_s, days_since = (
        np.asarray(x, dtype=float) for x in (distance_m, last_distance_m, last_time_s, days_since)
    )
    known = np.isfinite(last_distance_m) & np.isfinite(last_time_s)
    to = _weights(distance_m)
    of = _weights(np.where(known, last_distance_m, 10000.0))
    mean = to @ _MEAN + EXPONENT * np.log(distance_m)
    variance = _covariance(to, to) + (to @ _RACE_DAY_SD) ** 2

    drift_days = np.clip(np.nan_to_num(days_since, nan=0.0), 0.0, _LONGEST_DRIFT_DAYS)
    noise = (of @ _RACE_DAY_SD) ** 2 + _DRIFT_SD**2 * drift_days
    surprise = np.log(np.where(known, last_time_s, 1.0)) - (
        of @ _MEAN + EXPONENT * np.log(np.where(known, last_distance_m, 1.0))
    )
    shared = _covariance(to, of)
    gain = shared / (_covariance(of, of) + noise)
    log_time = mean + np.where(known, gain * surprise, 0.0)
    log_sd = np.sqrt(variance - np.where(known, gain * shared, 0.0))
    return log_time, log_sd


def _weights(distance_m: np.ndarray) -> np.ndarray:
    """Linear interpolation in ln d as weights of the four distances; flat beyond them."""
    at = np.clip(np.log(distance_m), _LOG_DISTANCES[0], _LOG_DISTANCES[-1])
    return np.column_stack([np.interp(at, _LOG_DISTANCES, unit) for unit in np.eye(4)])


def _covariance(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.einsum("ni,ij,nj->n", left, _COVARIANCE, right)
