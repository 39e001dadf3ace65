r"""The population that a runner comes from: mean and covariance of log race times.

.. math:: \ln t = 1.06 \ln d + m(d) + \beta(d)^T x + a\,\lambda(d) + s(d) + \text{race day}

``m`` is the mean of a runner whose volume, sex and age are typical, ``x`` what is known of them,
``a`` the runner's level, and ``s`` a talent for a distance that neighbouring distances share.
All constants are fields of `Settings`; `PUBLISHED` holds values from studies, and
`stride.racetime.fitting` moves them where enough races are known.
"""

from typing import NamedTuple

import numpy as np

from stride.racetime.riegel import EXPONENT

SHORTEST_M, LONGEST_M = 1600.0, 100_500.0
"""Distances that can be asked for: a mile to 100 km."""

_LOG_HALF, _LOG_MARATHON = np.log(21097.5), np.log(42195.0)
_MEAN_AT = np.log([1609.344, 5000.0, 10000.0, 21097.5, 42195.0, 100_000.0])
_RACE_DAY_AT = np.log([5000.0, 42195.0, 100_000.0])


class Settings(NamedTuple):
    """Constants of stage 1; standard deviations are of log time, .05 is about 5 % of the time.

    Unless a field says otherwise, values are fitted to 1,144 runners of Vickers and Vertosick
    (2016): their race times over pairs of distances, volume, sex and age.
    """

    mean_mile: float = -1.787
    mean_5k: float = -1.765
    mean_10k: float = -1.746
    mean_half: float = -1.742
    mean_marathon: float = -1.671
    mean_100k: float = -1.601
    """Mean of ln(seconds) - 1.06 ln(metres) at six distances, straight lines in ln d between."""
    volume: float = -0.262
    volume_marathon: float = -0.059
    """Change per e-fold of (weekly km + 5); the second in addition at the marathon."""
    female: float = 0.144
    female_marathon: float = -0.013
    """Women minus men; the second in addition at the marathon."""
    older: float = 0.055
    younger: float = -0.06
    """Change per ten years of age above 35 and below 30."""
    level_sd: float = 0.113
    """Between runners whose volume, sex and age are known."""
    volume_unknown_sd: float = 0.21
    """In addition where the volume is not known."""
    level_marathon: float = 0.097
    """Runners who are slower than others are slower still over the marathon: share of the level."""
    talent_sd: float = 0.042
    talent_reach: float = 1.84
    """Talent for distances: spread, and e-folds of distance over which it changes."""
    talent_marathon: float = 0.32
    """Talent for the marathon differs by so much more, as a share of `talent_sd`."""
    distance_sd: float = 0.018
    """Talent for one distance alone; it also holds what a course always adds."""
    race_day_5k_sd: float = 0.026
    race_day_marathon_sd: float = 0.038
    race_day_100k_sd: float = 0.060
    """From race to race of one runner in one state. The fastest quarter has 1.2 to 1.9 % on the
    road and 2.6 % over the marathon, slower ones up to 2.3 times that (Hopkins and Hewson 2001)."""
    slow_spread: float = 1.75
    """Slower runners scatter more: growth of the scatter per unit of ln time above the mean."""
    drift_sd: float = 0.005
    """Random walk of a runner's state, per square root of a day: 2.7 % in 30 days. Published is
    1.2 %; four public logs of runners who were getting faster, walk-forward, ask for more."""
    effort_shared_sd: float = 0.05
    """How hard runners train differs: deviation that all best efforts of a runner share."""
    effort_reserve: float = 0.0
    """By how much more a race is faster than best efforts in training, log."""


PUBLISHED = Settings()


def level_share(log_distance: np.ndarray, settings: Settings) -> np.ndarray:
    """Share of a runner's level at some distances: 1 to the half marathon, more at the marathon."""
    return 1.0 + settings.level_marathon * marathon_share(log_distance)


def marathon_share(log_distance: np.ndarray) -> np.ndarray:
    """0 up to the half marathon, 1 from the marathon on, a straight line in ln d between."""
    return np.clip((log_distance - _LOG_HALF) / (_LOG_MARATHON - _LOG_HALF), 0.0, 1.0)


def mean_log_time(log_distance: np.ndarray, settings: Settings = PUBLISHED) -> np.ndarray:
    """Ln seconds of the typical runner, of the shape of ``log_distance`` (ln metres)."""
    means = [
        settings.mean_mile,
        settings.mean_5k,
        settings.mean_10k,
        settings.mean_half,
        settings.mean_marathon,
        settings.mean_100k,
    ]
    return EXPONENT * log_distance + np.interp(log_distance, _MEAN_AT, means)


def talent_covariance(one: np.ndarray, other: np.ndarray, settings: Settings) -> np.ndarray:
    """Covariance of a runner's talents at two distances (ln metres, broadcast), without the level.

    It falls exponentially with the distance between them, so that a slower race over one distance
    never makes another distance faster.
    """
    apart = np.abs(one - other)
    size, other_size = (
        settings.talent_sd * (1.0 + settings.talent_marathon * marathon_share(at))
        for at in (one, other)
    )
    talent = size * other_size * np.exp(-apart / settings.talent_reach)
    return talent + settings.distance_sd**2 * np.exp(-apart / _ALIKE)


_ALIKE = 0.10
"""E-folds of distance over which the talent for one distance ends: 5 km and 5 miles share 1 %."""


def race_day_sd(log_distance: np.ndarray, settings: Settings = PUBLISHED) -> np.ndarray:
    """Standard deviation of ln seconds from race to race of a typical runner in one state."""
    sds = [settings.race_day_5k_sd, settings.race_day_marathon_sd, settings.race_day_100k_sd]
    return np.interp(log_distance, _RACE_DAY_AT, sds)


def spread_of_speed(excess: np.ndarray, settings: Settings) -> np.ndarray:
    """How much more a runner scatters than the typical one.

    Parameters
    ----------
    excess : ndarray
        Ln time of the runner minus that of the typical runner.
    settings : Settings

    Returns
    -------
    ndarray
        Factor of standard deviations, 1 for the typical runner.
    """
    return np.exp(settings.slow_spread * np.clip(excess, -0.4, 0.5))
