r"""Stage 1: the prior, conditioned on all earlier races and on training; it learns nothing.

The state of a runner drifts as a random walk, so a race ``k`` days ago tells of the state then:

.. math:: y_i = \ln t_i, \quad
   \mathrm{cov}(y_i, y_j) = w_i^T C w_j + \sigma^2 \min(k_i, k_j) + \delta_{ij} s_i^2

The forecast is the conditional normal. Training gives further ``races`` with a large ``s``: the
best 5 km and 1 km inside runs, the critical speed, and how much was run.
"""

import numpy as np
import pandas as pd

from stride.racetime.earlier_races import EarlierRaces, earlier_races
from stride.racetime.prior import (
    COVARIANCE,
    LONGEST_M,
    SHORTEST_M,
    mean_log_time,
    race_day_sd,
    weights,
)

DRIFT_SD = 0.0025
"""Random walk of a runner's state, per square root of a day: 1.4 % in 30 days, 4.8 % in a year."""
_LONGEST_DRIFT_DAYS = 1460.0
STALE_DAYS = 365
"""A last race longer ago than this says little of today."""
_MIN_HISTORY_DAYS = 42
"""Before that, how much somebody runs is not known yet."""

_SLOW_LIMIT, _FAST_LIMIT = 1.5, 2.5
"""Deviations from what a runner's other races say, beyond which a race counts less. Races go
badly for many reasons and well for one."""
_BAD_DAYS = 1.2
"""The next race may be one of those that go badly: its day varies by that much more than the
days of races which counted in full."""

_BEST_EFFORT = {
    # Metres, by how much a race would be faster (log), and how unsure that is.
    "best_5k_84d_s": (5000.0, 0.06, 0.07),
    "best_1k_84d_s": (1000.0, 0.06, 0.10),
}
_MARATHON_SHARE, _MARATHON_SD = 0.848, 0.16
"""Marathons are run at 84.8 +- 13.6 % of critical speed (Smyth and Muniz-Pumares 2020)."""
_USUAL_WEEK_KM, _VOLUME_SLOPE, _VOLUME_SD = 30.0, 0.53, 0.35
"""Half of how runners differ in volume shows in their times (r about 0.5): a quarter of the
prior's variance goes when the volume is known."""
_MARATHON_SLOPE, _MARATHON_WEEK_KM = -0.0007, 50.0
"""Log time over the marathon per km a week, beside shorter races of the same runner. Vickers and
Vertosick (2016) have 0.064 m/s per 10 miles a week, twice that, between runners; a block of
training is worth less than a habit of years. At 50 km theirs and the prior's marathon agree."""

_ROWS_AT_ONCE = 2000


def stage_1(X: pd.DataFrame) -> pd.DataFrame:
    """Forecast log race times.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        ``distance_m``; ``earlier_races`` or the last race in columns; ``days_of_history``,
        ``run_distance_84d_m``, ``best_5k_84d_s``, ``best_1k_84d_s``, ``critical_speed_mps``.
        Missing columns and values are allowed.

    Returns
    -------
    DataFrame of shape (n, 6), indexed as ``X``
        ``log_time`` (mean of ln seconds), ``log_sd`` (its standard deviation: 0.05 is about 5 % of
        the time), ``log_5k`` (ln seconds over 5 km), ``last_surprise`` (how much slower the last
        race was than the others let expect, log; NaN with fewer than two), ``support`` and
        ``refusal_reason``, with NaN times where that is given.

    Examples
    --------
    >>> X = pd.DataFrame({"distance_m": [10000.0], "earlier_races": ["30:5000.000:1500.00"]})
    >>> forecast = stage_1(X).iloc[0]
    >>> np.exp(forecast["log_time"]).round(), forecast["log_sd"].round(3)
    (np.float64(3174.0), np.float64(0.07))
    """
    races = earlier_races(X)
    forecast = pd.DataFrame(index=X.index)
    forecast["support"], forecast["refusal_reason"] = _support(X, races)
    log_distance = np.log(X["distance_m"].to_numpy(dtype=float))
    days, log_of, log_time, sd = _observations(X, races)
    mileage = _MARATHON_SLOPE * (np.clip(week_km(X), 10.0, 100.0) - _MARATHON_WEEK_KM)
    mileage = np.where(_has_volume(X), mileage, 0.0)
    log_time = log_time - mileage[:, None] * _marathon_share(log_of)
    out = np.full((4, len(X)), np.nan)
    # Rows with as many observations go together, so that padding costs little.
    order = np.argsort(np.isfinite(log_time).sum(axis=1), kind="stable")
    for at in np.split(order, range(_ROWS_AT_ONCE, len(order), _ROWS_AT_ONCE)):
        width = np.flatnonzero(np.isfinite(log_time[at]).any(axis=0))
        part = (column[np.ix_(at, width)] for column in (days, log_of, log_time, sd))
        out[:, at] = _condition(log_distance[at], *part)
    out[:, forecast["refusal_reason"].notna()] = np.nan
    out[0] += mileage * _marathon_share(log_distance)
    forecast["log_time"], forecast["log_sd"], forecast["log_5k"], surprise = out
    is_race = np.isfinite(races.time_s).sum(axis=1) >= 2
    forecast["last_surprise"] = np.where(is_race, surprise, np.nan)
    return forecast


def _condition(log_distance, days, log_of, log_time, sd) -> np.ndarray:
    """Conditional normal of each row; observations are (n, k), NaN where there are fewer."""
    to, to_5k = weights(log_distance), weights(np.full(len(log_distance), np.log(5000.0)))
    mean, variance = mean_log_time(log_distance), np.einsum("ni,ij,nj->n", to, COVARIANCE, to)
    race_day = (_BAD_DAYS * race_day_sd(log_distance)) ** 2
    mean_5k = mean_log_time(np.log(5000.0))
    if not log_time.shape[1]:
        nothing = np.full(len(mean), np.nan)
        return np.stack([mean, np.sqrt(variance + race_day), np.full(len(mean), mean_5k), nothing])
    there = np.isfinite(log_time)
    of = weights(np.where(there, log_of, 0.0)) * there[..., None]
    days = np.where(there, np.clip(days, 0.0, _LONGEST_DRIFT_DAYS), 0.0)
    surprise = np.where(there, log_time - mean_log_time(log_of), 0.0)
    noise = np.where(there, sd, 1.0) ** 2
    shared = np.einsum("nki,ij,nlj->nkl", of, COVARIANCE, of)
    shared += DRIFT_SD**2 * np.minimum(days[:, :, None], days[:, None, :])
    each = np.arange(there.shape[1])
    inflated = noise
    for _ in range(3):
        total = shared.copy()
        total[:, each, each] += inflated
        inverse = np.linalg.inv(total)
        weighed = np.einsum("nkl,nl->nk", inverse, surprise)
        precision = inverse[:, each, each]
        # Each race against what all the others say of it (leave one out, in closed form).
        apart = weighed / precision
        deviation = apart * np.sqrt(1.0 / (1.0 / precision - inflated + noise))
        limit = np.where(deviation > 0, _SLOW_LIMIT, _FAST_LIMIT)
        excess = np.maximum((deviation / limit) ** 2 - 1.0, 0.0)
        inflated = noise + excess * (1.0 / precision - inflated + noise)
    share = np.einsum("ni,ij,nkj->nk", to, COVARIANCE, of)
    share_5k = np.einsum("ni,ij,nkj->nk", to_5k, COVARIANCE, of)
    variance = variance - np.einsum("nk,nkl,nl->n", share, inverse, share)
    return np.stack(
        [
            mean + np.einsum("nk,nk->n", share, weighed),
            np.sqrt(variance + race_day),
            mean_5k + np.einsum("nk,nk->n", share_5k, weighed),
            apart[:, 0],
        ]
    )


def _observations(X: pd.DataFrame, races: EarlierRaces):
    """Days ago, ln metres, ln seconds and their deviation: races first, then training."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_of, log_time = np.log(races.distance_m), np.log(races.time_s)
    # A best effort of the same weeks as a race is that race.
    trained_only = ~(races.days <= 84).any(axis=1)
    columns = [(races.days, log_of, log_time, race_day_sd(np.nan_to_num(log_of, nan=9.0)))]

    def add(distance_m, log_seconds, sd, where):
        log_seconds = np.where(where, log_seconds, np.nan)[:, None]
        same = np.ones_like(log_seconds)
        columns.append((0.0 * same, np.log(distance_m) * same, log_seconds, sd * same))

    with np.errstate(divide="ignore", invalid="ignore"):
        for name, (distance_m, faster, sd) in _BEST_EFFORT.items():
            add(distance_m, np.log(_number(X, name)) - faster, sd, trained_only)
        speed_mps = _MARATHON_SHARE * _number(X, "critical_speed_mps")
        add(42195.0, np.log(42195.0 / speed_mps), _MARATHON_SD, trained_only)
        volume = _VOLUME_SLOPE * np.log((week_km(X) + 5.0) / (_USUAL_WEEK_KM + 5.0))
    add(10000.0, mean_log_time(np.log(10000.0)) - volume, _VOLUME_SD, _has_volume(X))
    days, log_of, log_time, sd = (
        np.concatenate(parts, axis=1) for parts in zip(*columns, strict=True)
    )
    log_time = np.where(np.isfinite(log_time), log_time, np.nan)
    return days, log_of, log_time, sd


def week_km(X: pd.DataFrame) -> np.ndarray:
    """Kilometres run a week in the last twelve, or in the history so far if that is shorter."""
    weeks = np.clip(np.nan_to_num(_number(X, "days_of_history"), nan=84.0), 7.0, 84.0) / 7.0
    return _number(X, "run_distance_84d_m") / 1000.0 / weeks


def _has_volume(X: pd.DataFrame) -> np.ndarray:
    long_enough = ~(_number(X, "days_of_history") < _MIN_HISTORY_DAYS)
    return long_enough & (_number(X, "run_distance_84d_m") > 0)


def _marathon_share(log_distance: np.ndarray) -> np.ndarray:
    """0 up to the half marathon, 1 from the marathon on."""
    return np.clip((log_distance - np.log(21097.5)) / np.log(2.0), 0.0, 1.0)


def _number(X: pd.DataFrame, name: str) -> np.ndarray:
    if name not in X:
        return np.full(len(X), np.nan)
    return pd.to_numeric(X[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _support(X: pd.DataFrame, races: EarlierRaces) -> tuple[np.ndarray, np.ndarray]:
    """What a forecast rests on, and why there is none where there is none."""
    known = np.isfinite(races.time_s).sum(axis=1)
    latest = np.where(np.isfinite(races.days), races.days, np.inf).min(axis=1, initial=np.inf)
    efforts = [_number(X, name) > 0 for name in _BEST_EFFORT]
    has_training = np.logical_or.reduce([*efforts, _has_volume(X)])
    distance_m = _number(X, "distance_m")
    refusals = [
        (~((distance_m >= SHORTEST_M) & (distance_m <= LONGEST_M)), "distance_out_of_range"),
        ((known == 0) & ~has_training, "no_race_and_too_little_training"),
    ]
    refusal = np.full(len(X), None, dtype=object)
    for is_refused, reason in reversed(refusals):
        refusal[is_refused] = reason
    support = np.select(
        [
            np.array([reason is not None for reason in refusal], dtype=bool),
            known == 0,
            latest > STALE_DAYS,
            known == 1,
        ],
        ["none", "training_only", "stale_race", "one_race"],
        "several_races",
    ).astype(object)
    return support, refusal
