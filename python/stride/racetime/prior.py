r"""What is known of a runner before any of their races: a Gaussian over log race times.

.. math:: \ln t = 1.06 \ln d + w(d)^T (\mu + \theta) + \text{race day}

Personal bests of 1,323 runners over four distances give :math:`\mu` and the covariance of
:math:`\theta`; between the four, weights interpolate in :math:`\ln d`. Two more coordinates
reach to the mile and to 100 km, where the four say nothing.
"""

import numpy as np

from stride.racetime.riegel import EXPONENT

SHORTEST_M, LONGEST_M = 1600.0, 100_500.0
"""Distances that can be asked for: a mile to 100 km."""

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

_LEVEL_SHIFT, _LEVEL_SD = 0.14, 0.12
"""The 1,323 are keen (5 km in 20:26); Vickers and Vertosick's 2,303 recreational runners need a
quarter longer. The prior stands halfway, and its spread holds both."""

_SHORT_SLOPE, _SHORT_SD = -0.02, 0.08
"""Per e-fold below 5 km: exponent 1.08, as runners have between 5 and 10 km, and how far
runners differ in it (the .060 between those two, per e-fold)."""
_LONG_SLOPE, _LONG_SD = 0.0815, 0.12
"""Per e-fold beyond the marathon: exponent 1.14, the slope from the half marathon to it goes on."""

MEAN = np.append(_MEAN + _LEVEL_SHIFT, [_SHORT_SLOPE, _LONG_SLOPE])
"""Population mean, shape (6,)."""
COVARIANCE = np.zeros((6, 6))
"""Between runners, shape (6, 6)."""
COVARIANCE[:4, :4] = _COVARIANCE + _LEVEL_SD**2
COVARIANCE[4, 4], COVARIANCE[5, 5] = _SHORT_SD**2, _LONG_SD**2

_NOISE_DISTANCES = np.log([1609.344, 5000.0, 10000.0, 21097.5, 42195.0, 100_000.0])
_NOISE_SD = np.array([0.022, 0.022, 0.022, 0.033, 0.045, 0.075])
"""The fastest quarter has 1.2-1.9 % on the road and 2.6-4.2 % over half marathon and marathon, the
slower half 1.0-2.3 times that (Hopkins and Hewson 2001); this is between."""


def weights(log_distance: np.ndarray) -> np.ndarray:
    """Weights of the six coordinates at some distances.

    Parameters
    ----------
    log_distance : ndarray
        Of metres, any shape.

    Returns
    -------
    ndarray
        Of that shape and a last axis of 6.
    """
    at = np.clip(log_distance, _LOG_DISTANCES[0], _LOG_DISTANCES[-1])
    below = np.maximum(_LOG_DISTANCES[0] - log_distance, 0.0)
    beyond = np.maximum(log_distance - _LOG_DISTANCES[-1], 0.0)
    between = [np.interp(at, _LOG_DISTANCES, unit) for unit in np.eye(4)]
    return np.stack([*between, below, beyond], axis=-1)


def mean_log_time(log_distance: np.ndarray) -> np.ndarray:
    """Ln seconds that the population needs, of the shape of ``log_distance``."""
    return EXPONENT * log_distance + weights(log_distance) @ MEAN


def race_day_sd(log_distance: np.ndarray) -> np.ndarray:
    """Standard deviation of ln seconds from race to race of one runner in one state."""
    return np.interp(log_distance, _NOISE_DISTANCES, _NOISE_SD)
