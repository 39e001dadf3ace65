"""How training is reduced before a race."""

import numpy as np

TAPERS = {"none": 0, "1w": 7, "2w": 14, "3w": 21}
"""Name to days."""

_LAST = 0.25


def taper_factors(days: int, taper: str) -> np.ndarray:
    """Shares of the planned training that are left on each day before a race.

    It falls exponentially to a quarter, which takes away 46 % in all. A meta-analysis finds gains
    for 41 to 60 % less volume over up to 21 days, reduced progressively, at unchanged intensity.

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
