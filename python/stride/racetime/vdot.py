"""Equal performances by Daniels and Gilbert: oxygen power, from a race to any other distance."""

import numpy as np


def vdot(time_s, distance_m) -> np.ndarray:
    r"""Oxygen power that a race shows.

    .. math:: \frac{-4.60 + 0.182258 v + 0.000104 v^2}
       {0.8 + 0.1894393 e^{-0.012778 t} + 0.2989558 e^{-0.1932605 t}}

    with minutes :math:`t` and metres a minute :math:`v`.

    Parameters
    ----------
    time_s, distance_m : array-like of shape (n,)
        Seconds and metres.

    Returns
    -------
    ndarray of shape (n,)

    References
    ----------
    Daniels and Gilbert (1979), Oxygen Power.

    Examples
    --------
    >>> vdot([1500.0], [5000.0]).round(3)
    array([38.309])
    """
    minutes = np.asarray(time_s, dtype=float) / 60.0
    speed = np.asarray(distance_m, dtype=float) / minutes
    cost = -4.60 + 0.182258 * speed + 0.000104 * speed**2
    share = 0.8 + 0.1894393 * np.exp(-0.012778 * minutes) + 0.2989558 * np.exp(-0.1932605 * minutes)
    return cost / share


def vdot_time(time_s, from_m, to_m) -> np.ndarray:
    """Time over another distance that shows the same oxygen power.

    Parameters
    ----------
    time_s, from_m, to_m : array-like of shape (n,)
        The earlier race, and the distance asked for: seconds, metres.

    Returns
    -------
    ndarray of shape (n,)
        Seconds; NaN where there is no race.

    Examples
    --------
    >>> vdot_time([1500.0], [5000.0], [10000.0]).round(1)
    array([3113.3])
    """
    power = vdot(time_s, from_m)
    to_m = np.broadcast_to(np.asarray(to_m, dtype=float), power.shape)
    # Between 1 and 10 m/s; power falls as the time grows.
    fast, slow = to_m / 10.0, to_m / 1.0
    for _ in range(60):
        middle = (fast + slow) / 2.0
        is_too_fast = vdot(middle, to_m) > power
        fast, slow = np.where(is_too_fast, middle, fast), np.where(is_too_fast, slow, middle)
    return np.where(np.isfinite(power), (fast + slow) / 2.0, np.nan)
