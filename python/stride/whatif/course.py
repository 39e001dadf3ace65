"""Time cost of climb and heat, compared with a flat course on a cool day."""

import numpy as np

from stride.ingest.device.grade import grade_factor

_COOL_C = 12.0
_HEAT_PER_C2 = 0.0004
_LONG_S, _SHORT_SHARE, _LONG_SHARE = 10_800.0, 0.3, 1.2
_SLOPE_SHARE = 3.0
"""A third of a hilly course is assumed to go up, a third down."""
_OPEN_SHARE = 0.4
"""Uncertainty of these costs between courses and runners, as a share of them."""


def climb_cost(distance_m: float, climb_m: float) -> float:
    """Compute how much slower a hilly course is than a flat one.

    The course starts and ends at the same height; a third of it goes up and a third down, evenly.
    Descents regain less than ascents cost, by the grade adjustment that training load uses.

    Parameters
    ----------
    distance_m, climb_m : float
        Length of the course, and metres climbed on it.

    Returns
    -------
    float
        Natural logarithm of a factor of the time, at least 0.

    Examples
    --------
    >>> round(climb_cost(42195.0, 0.0), 4), round(climb_cost(42195.0, 420.0), 4)
    (0.0, 0.0107)
    """
    grade = _SLOPE_SHARE * max(climb_m, 0.0) / distance_m
    up_and_down = grade_factor(grade) + grade_factor(-grade) - 2.0
    return float(np.log1p(max(up_and_down, 0.0) / _SLOPE_SHARE))


def heat_cost(time_s: float, temperature_c: float) -> float:
    """Compute how much slower a race is on a warm day than on a cool one.

    The cost grows with the square of the degrees above 12 and with the duration: 4 % at 22 and
    7 % at 25 degrees after three hours, a third of that over 5 km.

    Parameters
    ----------
    time_s : float
        Time on a cool day, seconds.
    temperature_c : float
        Air temperature, degrees Celsius.

    Returns
    -------
    float
        Natural logarithm of a factor of the time, at least 0.

    References
    ----------
    Ely, Cheuvront, Roberts and Montain (2007), Impact of weather on marathon-running performance,
    Med Sci Sports Exerc 39, 487-493; El Helou et al. (2012), PLoS ONE 7(5): e37407.

    Examples
    --------
    >>> round(heat_cost(10800.0, 12.0), 3), round(heat_cost(10800.0, 22.0), 3)
    (0.0, 0.04)
    """
    share = np.clip(time_s / _LONG_S, _SHORT_SHARE, _LONG_SHARE)
    return float(share * _HEAT_PER_C2 * max(temperature_c - _COOL_C, 0.0) ** 2)


def on_course(forecast, distance_m: float, climb_m=None, temperature_c=None):
    """Adjust a forecast for a course and a temperature.

    Parameters
    ----------
    forecast : Series
        Result of `race.forecast`.
    distance_m : float
    climb_m, temperature_c : float, optional
        None: a flat course, a cool day.

    Returns
    -------
    Series
        The forecast with adjusted times and an interval widened by the uncertainty of the costs,
        and the costs ``climb_pct`` and ``heat_pct``, percent.
    """
    climb = climb_cost(distance_m, climb_m) if climb_m else 0.0
    heat = 0.0
    if temperature_c is not None:
        heat = heat_cost(forecast["predicted_time_s"], temperature_c)
    moved = forecast.copy()
    moved["predicted_time_s"] *= np.exp(climb + heat)
    for end in ("lower_80_s", "upper_80_s"):
        off = np.log(forecast[end] / forecast["predicted_time_s"])
        wider = np.sign(off) * np.hypot(off, _OPEN_SHARE * (climb + heat))
        moved[end] = moved["predicted_time_s"] * np.exp(wider)
    moved["climb_pct"], moved["heat_pct"] = 100 * np.expm1(climb), 100 * np.expm1(heat)
    return moved
