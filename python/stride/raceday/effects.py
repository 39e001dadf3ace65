"""What a course and a day add to a flat forecast, each with its own interval."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from stride.ingest.device.grade import grade_factor
from stride.raceday.course import Course
from stride.racetime.intervals import Z80
from stride.whatif.course import heat_cost

_OPEN_SHARE = 0.4
"""Standard deviation of these costs between courses and runners, as a share of them."""
_TRAIL_M_PER_KM = 20.0
_ULTRA_M = 45_000.0
_TRAIL_SD, _ULTRA_SD = 0.05, 0.06
"""Of the logarithm of time: an assumption, as no public log has enough trail races and ultras."""
_USUAL_HUMIDITY_PCT = 60.0


class Effect(NamedTuple):
    """One cause that makes a race slower or faster than the flat forecast."""

    cause: str
    log_cost: float
    """Natural logarithm of a factor of the time."""
    source: str

    def seconds(self, time_s: float) -> tuple[float, float, float]:
        """Middle, lower and upper end (80 %) of what it costs a race of that time."""
        low, high = (self.log_cost * (1.0 + sign * Z80 * _OPEN_SHARE) for sign in (-1.0, 1.0))
        middle, low, high = (float(time_s * np.expm1(x)) for x in (self.log_cost, low, high))
        return middle, min(low, high), max(low, high)


class RaceForecast(NamedTuple):
    """A forecast for one course and day."""

    time_s: float
    lower_80_s: float
    upper_80_s: float
    flat_s: float
    """The same race on a flat course on a cool day."""
    effects: list[Effect]
    cautions: list[str]
    """Why the interval is wider than usual."""


def hill_effect(course: Course) -> Effect:
    """The mean grade factor over the course: what even effort loses uphill and gains downhill.

    Examples
    --------
    >>> distance = np.arange(0.0, 10020.0, 20.0)
    >>> flat = Course("flat", distance, np.zeros(len(distance)), None, None, True)
    >>> hill_effect(flat).log_cost
    0.0
    """
    cost = float(np.log(np.mean(grade_factor(course.grade))))
    return Effect(
        "hills", cost, "Strava's grade adjustment of 2017 (heart rates of 240,000 athletes)"
    )


def heat_effect(time_s: float, temperature_c: float, humidity_pct: float | None = None) -> Effect:
    """What heat costs; humid air counts as warmer air.

    Parameters
    ----------
    time_s : float
        Time on a cool day, seconds.
    temperature_c : float
        Air temperature, degrees Celsius.
    humidity_pct : float, optional
        Relative humidity. Left out: 60 %.

    Returns
    -------
    Effect
    """
    felt = temperature_c
    if humidity_pct is not None:
        felt = same_wet_bulb_globe(temperature_c, humidity_pct)
    return Effect("heat", heat_cost(time_s, felt), "Ely et al. (2007), El Helou et al. (2012)")


def same_wet_bulb_globe(temperature_c: float, humidity_pct: float) -> float:
    """Air temperature that is as hot at 60 % humidity, by wet-bulb globe temperature.

    Parameters
    ----------
    temperature_c : float
        Degrees Celsius.
    humidity_pct : float
        Relative humidity, per cent.

    Returns
    -------
    float
        Degrees Celsius.

    References
    ----------
    Australian Bureau of Meteorology: WBGT = 0.567 T + 0.393 e + 3.94 with vapour pressure e in hPa.

    Examples
    --------
    >>> round(same_wet_bulb_globe(24.0, 60.0), 2), same_wet_bulb_globe(24.0, 90.0) > 26.0
    (24.0, True)
    """

    def globe(celsius: float, humidity: float) -> float:
        vapour = humidity / 100.0 * 6.105 * np.exp(17.27 * celsius / (237.7 + celsius))
        return 0.567 * celsius + 0.393 * vapour + 3.94

    wanted = globe(temperature_c, humidity_pct)
    grid = np.linspace(-40.0, 70.0, 11_001)
    return float(np.interp(wanted, globe(grid, _USUAL_HUMIDITY_PCT), grid))


def race_forecast(
    flat: pd.Series,
    course: Course,
    distance_m: float,
    temperature_c: float | None = None,
    humidity_pct: float | None = None,
) -> RaceForecast:
    """Move a flat forecast to a course and a day.

    Parameters
    ----------
    flat : Series
        What `whatif.race.forecast` returned: ``predicted_time_s``, ``lower_80_s``, ``upper_80_s``.
    course : Course
    distance_m : float
        Official distance.
    temperature_c, humidity_pct : float, optional
        Left out: a cool day.

    Returns
    -------
    RaceForecast
    """
    flat_s = float(flat["predicted_time_s"])
    effects = [hill_effect(course)]
    if temperature_c is not None:
        effects.append(heat_effect(flat_s, temperature_c, humidity_pct))
    spread = np.hypot.reduce([_OPEN_SHARE * effect.log_cost for effect in effects])
    cautions = []
    if course.climb_m / distance_m * 1000.0 > _TRAIL_M_PER_KM:
        spread = np.hypot(spread, _TRAIL_SD)
        cautions.append(
            f"over {_TRAIL_M_PER_KM:g} m of climb per km: few races of this kind are measured, so "
            f"the interval is assumed {100 * Z80 * _TRAIL_SD:.0f} % wider to each side"
        )
    if distance_m > _ULTRA_M:
        spread = np.hypot(spread, _ULTRA_SD)
        cautions.append(
            "longer than a marathon: few races of this kind are measured, so the interval is "
            f"assumed {100 * Z80 * _ULTRA_SD:.0f} % wider to each side"
        )
    time_s = flat_s * float(np.exp(sum(effect.log_cost for effect in effects)))
    ends = {}
    for end, sign in (("lower_80_s", -1.0), ("upper_80_s", 1.0)):
        off = abs(np.log(float(flat[end]) / flat_s))
        ends[end] = time_s * float(np.exp(sign * np.hypot(off, Z80 * spread)))
    return RaceForecast(time_s, flat_s=flat_s, effects=effects, cautions=cautions, **ends)


def chance(forecast: RaceForecast, goal_s: float) -> float:
    """Probability that the race takes no longer than a goal.

    The logarithm of time is taken as normal on either side of the forecast, with the widths of its
    80 % interval.

    Parameters
    ----------
    forecast : RaceForecast
    goal_s : float
        Seconds.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> forecast = RaceForecast(3600.0, 3500.0, 3700.0, 3600.0, [], [])
    >>> [round(chance(forecast, goal), 2) for goal in (3500.0, 3600.0, 3700.0)]
    [0.1, 0.5, 0.9]
    """
    off = np.log(goal_s / forecast.time_s)
    end = forecast.upper_80_s if off > 0 else forecast.lower_80_s
    spread = abs(np.log(end / forecast.time_s)) / Z80
    return float(norm.cdf(off / spread))


def percent(chance: float) -> str:
    """A chance for people: it is never quite 0 or 100.

    Examples
    --------
    >>> percent(0.384), percent(0.002), percent(0.9999)
    ('38 %', 'under 1 %', 'over 99 %')
    """
    if chance < 0.01:
        return "under 1 %"
    return "over 99 %" if chance > 0.99 else f"{round(100 * chance)} %"
