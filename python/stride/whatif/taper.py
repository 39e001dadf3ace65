"""Reduction of training before a race."""

import numpy as np

TAPERS = {"none": 0, "1w": 7, "2w": 14, "3w": 21}
"""Days of each taper."""

_LAST = 0.25
_GAIN = {"none": 0.0, "1w": 0.006, "2w": 0.020, "3w": 0.009}
"""Gain compared with no taper, log: 2 % on average, largest after 8 to 14 days; shorter and longer
tapers gain 0.3 and 0.5 times as much (Bosquet, Montpetit, Arvisais and Mujika 2007)."""
_USUAL = "2w"
_USUAL_DAYS = 14


def taper_factors(days: int, taper: str) -> np.ndarray:
    """Return the share of the planned training that remains on each day before a race.

    It falls exponentially to a quarter, a total reduction of 46 %. A meta-analysis finds gains
    for progressive reductions of 41 to 60 % over up to 21 days at unchanged intensity.

    Parameters
    ----------
    days : int
        Days from tomorrow to the day before the race.
    taper : str
        A key of `TAPERS`.

    Returns
    -------
    ndarray of shape (days,)

    References
    ----------
    Wang, Wang, Gao and Zhong (2023), Effects of tapering on performance in endurance athletes: a
    systematic review and meta-analysis, PLoS ONE 18(5): e0282838.

    Examples
    --------
    >>> taper_factors(9, "1w").round(2)
    array([1.  , 1.  , 0.82, 0.67, 0.55, 0.45, 0.37, 0.3 , 0.25])
    """
    length = TAPERS[taper]
    to_race = np.arange(days, 0, -1)
    into_taper = np.clip(length - to_race + 1, 0, None)
    return _LAST ** (into_taper / length) if length else np.ones(days)


def taper_cost(ahead: int, taper: str) -> float:
    """Compute how much slower a race is than after a two-week taper, which most races follow.

    Parameters
    ----------
    ahead : int
        Days from today to the race; for near races the choice of taper matters less.
    taper : str
        A key of `TAPERS`.

    Returns
    -------
    float
        Natural logarithm of a factor of the time, at least 0. A published average, not measured on
        the athlete.

    References
    ----------
    Bosquet, Montpetit, Arvisais and Mujika (2007), Effects of tapering on performance: a
    meta-analysis, Med Sci Sports Exerc 39, 1358-1365.

    Examples
    --------
    >>> taper_cost(60, "none"), taper_cost(60, "2w"), taper_cost(0, "none")
    (0.02, 0.0, 0.0)
    """
    return min(ahead / _USUAL_DAYS, 1.0) * (_GAIN[_USUAL] - _GAIN[taper])
