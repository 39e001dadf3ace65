"""Settings of stage 1, estimated from the races at hand: marginal likelihood with published priors.

The likelihood of all races of a runner is the product of forecasts, each from the races before it.
Errors follow Student's t, so that bad days count little. With one runner's races the settings
stay close to the published ones; with thousands of races the data decide.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from stride.racetime.intervals import Z80
from stride.racetime.prior import PUBLISHED, Settings
from stride.racetime.stage_1 import stage_1

_MOST_RACES, _MOST_EARLIER = 500, 12
"""More races move a dozen settings no further: five hundred, spread evenly over all rows, each
with its dozen latest earlier races."""
_DEGREES = 4.0
_T80 = 1.5332062740589439
"""80 % of Student's t with four degrees of freedom lie within so many scales."""
_STEP = 1e-3
_ROUNDS = 5
_ENOUGH = 0.05


class _Free(NamedTuple):
    """A direction in which settings may move."""

    move: Callable[[Settings, float], Settings]
    sd: float
    """How sure the published value is: standard deviation of the prior."""


def _shifted(*names: str):
    def move(settings: Settings, by: float) -> Settings:
        return settings._replace(**{name: getattr(settings, name) + by for name in names})

    return move


def _scaled(*names: str):
    def move(settings: Settings, by: float) -> Settings:
        return settings._replace(**{name: getattr(settings, name) * np.exp(by) for name in names})

    return move


_MEANS = tuple(name for name in Settings._fields if name.startswith("mean_"))
FREE = {
    "level": _Free(_shifted(*_MEANS), 0.10),
    "marathon": _Free(_shifted("mean_marathon", "mean_100k"), 0.02),
    "short": _Free(_shifted("mean_mile", "mean_5k"), 0.01),
    "volume": _Free(_shifted("volume"), 0.06),
    "level_sd": _Free(_scaled("level_sd", "volume_unknown_sd"), 0.25),
    "talent_sd": _Free(_scaled("talent_sd"), 0.30),
    "distance_sd": _Free(_scaled("distance_sd"), 0.40),
    "race_day_sd": _Free(
        _scaled("race_day_5k_sd", "race_day_marathon_sd", "race_day_100k_sd"), 0.25
    ),
    "drift_sd": _Free(_scaled("drift_sd"), 0.30),
    "slow_spread": _Free(_shifted("slow_spread"), 0.40),
    "effort_reserve": _Free(_shifted("effort_reserve"), 0.03),
    "effort_sd": _Free(_scaled("effort_shared_sd"), 0.30),
}
"""What is estimated, and how far the published value may be off."""


def fit_settings(X: pd.DataFrame, y) -> Settings:
    """Estimate the settings of stage 1.

    Parameters
    ----------
    X : DataFrame of shape (n_races, n_columns)
        Inputs of `stage_1`.
    y : array-like of shape (n_races,)
        Race times, seconds.

    Returns
    -------
    Settings
        The published ones without any race.

    Examples
    --------
    >>> X = pd.DataFrame({"distance_m": [5000.0], "earlier_races": ["30:5000.000:1500.00"]})
    >>> fit_settings(X.head(0), []) == PUBLISHED
    True
    >>> round(fit_settings(X, [1510.0]).drift_sd, 4)
    0.0049
    """
    rows = np.linspace(0, len(X) - 1, min(len(X), _MOST_RACES)).round().astype(int)
    if not len(rows):
        return PUBLISHED
    X, log_time = X.iloc[rows], np.log(np.asarray(y, dtype=float)[rows])
    if "earlier_races" in X:
        X = X.assign(earlier_races=X["earlier_races"].map(_latest, na_action="ignore"))
    at = np.zeros(len(FREE))
    density, best = _density(X, log_time, at)
    for _ in range(_ROUNDS):
        # The curvature is taken from the scores of the races (Berndt et al. 1974).
        scores = np.stack(
            [
                (_density(X, log_time, at + _STEP * unit)[0] - density) / _STEP
                for unit in np.eye(len(at))
            ]
        )
        step = np.linalg.solve(scores @ scores.T + np.eye(len(at)), scores.sum(axis=1) - at)
        step *= min(1.0, 1.5 / np.abs(step).max())
        while True:
            new, value = _density(X, log_time, at + step)
            if value > best or np.abs(step).max() < _ENOUGH:
                break
            step = step / 2
        if value <= best:
            break
        gained, at, density, best = value - best, at + step, new, value
        if gained < _ENOUGH:
            break
    return _settings(at)


def _latest(races: str) -> str:
    return " ".join(races.split()[:_MOST_EARLIER])


def _settings(at: np.ndarray) -> Settings:
    """Settings at some prior deviations from the published ones."""
    settings = PUBLISHED
    for free, deviations in zip(FREE.values(), at, strict=True):
        settings = free.move(settings, float(deviations) * free.sd)
    return Settings(*map(float, settings))


def _density(X: pd.DataFrame, log_time: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, float]:
    """Log density of each race, and their sum with that of the prior."""
    forecast = stage_1(X, _settings(at))
    scale = forecast["log_sd"].to_numpy() * Z80 / _T80
    score = (log_time - forecast["log_time"].to_numpy()) / scale
    density = -np.log(scale) - (_DEGREES + 1) / 2 * np.log1p(score**2 / _DEGREES)
    density = np.nan_to_num(density)
    return density, float(density.sum() - (at @ at) / 2)
