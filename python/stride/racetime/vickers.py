"""The marathon from one or two earlier races and mileage, by Vickers and Vertosick (2016)."""

import numpy as np

_MARATHON_M = 42195.0


def marathon_from_one(time_s, distance_m, miles_per_week) -> np.ndarray:
    r"""Marathon from the longest earlier race.

    .. math:: v = 42195 / (t_1 (42195 / d_1)^{1.07}), \quad
       v_M = 0.16018617 + 0.83076202 v + 0.06423826 \, w / 10

    Parameters
    ----------
    time_s, distance_m : array-like of shape (n,)
        Seconds, metres.
    miles_per_week : array-like of shape (n,)

    Returns
    -------
    ndarray of shape (n,)
        Seconds.

    References
    ----------
    Vickers and Vertosick (2016), An empirical study of race times in recreational endurance
    runners, BMC Sports Sci Med Rehabil 8, 26. Copies of it hold 0.6423826, ten times too much.

    Examples
    --------
    >>> marathon_from_one([6600.0], [21097.5], [30.0]).round(1)
    array([14637.2])
    """
    time_s, distance_m = np.asarray(time_s, dtype=float), np.asarray(distance_m, dtype=float)
    speed = _MARATHON_M / (time_s * (_MARATHON_M / distance_m) ** 1.07)
    mileage = 0.06423826 * np.asarray(miles_per_week, dtype=float) / 10.0
    return _MARATHON_M / (0.16018617 + 0.83076202 * speed + mileage)


def marathon_from_two(
    short_time_s, short_m, long_time_s, long_m, miles_per_week
) -> np.ndarray:
    r"""Marathon from two earlier races over different distances.

    .. math:: k = \ln(t_2 / t_1) / \ln(d_2 / d_1), \quad
       k_M = 1.4510756 - 0.23797948 k - 0.01410023 \, w / 10

    Parameters
    ----------
    short_time_s, short_m, long_time_s, long_m : array-like of shape (n,)
        The shorter and the longer race: seconds, metres.
    miles_per_week : array-like of shape (n,)

    Returns
    -------
    ndarray of shape (n,)
        Seconds.

    Examples
    --------
    >>> marathon_from_two([3000.0], [10000.0], [6600.0], [21097.5], [30.0]).round(1)
    array([14722.1])
    """
    short_time_s, short_m, long_time_s, long_m = (
        np.asarray(x, dtype=float) for x in (short_time_s, short_m, long_time_s, long_m)
    )
    exponent = np.log(long_time_s / short_time_s) / np.log(long_m / short_m)
    mileage = 0.01410023 * np.asarray(miles_per_week, dtype=float) / 10.0
    return long_time_s * (_MARATHON_M / long_m) ** (1.4510756 - 0.23797948 * exponent - mileage)
