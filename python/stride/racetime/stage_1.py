r"""Stage 1: the population, conditioned on a runner's races and training.

The state of a runner drifts as a random walk, so a race ``k`` days ago measures the state then:

.. math:: \mathrm{cov}(y_i, y_j) = \lambda_i \lambda_j L^2 + s(d_i, d_j)
    + \sigma^2 \min(k_i, k_j) + \delta_{ij} r_i^2

The forecast is the conditional normal. Best efforts in training are further observations with a
large ``r``. All weights are positive: slower races never make a forecast faster.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from stride.racetime.earlier_races import EarlierRaces, earlier_races
from stride.racetime.prior import (
    LONGEST_M,
    PUBLISHED,
    SHORTEST_M,
    Settings,
    level_share,
    marathon_share,
    mean_log_time,
    race_day_sd,
    spread_of_speed,
    talent_covariance,
)

STALE_DAYS = 365
"""A last race longer ago than this says little of today."""
LONGEST_REST_DAYS = 365
"""After a year without a run and without a race, nothing supports a forecast."""
_LONGEST_DRIFT_DAYS = 1460.0
_MIN_HISTORY_DAYS = 42
"""Before that, the weekly volume is not known yet."""

_SLOW_LIMIT, _FAST_LIMIT = 1.2, 2.0
"""Deviations from what a runner's other races predict, beyond which a race counts less. Races go
badly for many reasons and well for one."""
_USUAL_GAP_DAYS = 180.0
"""The drift of so many days is no bad day either."""
_OTHER_RACES = 2
"""A race is judged by at least that many others."""
_BAD_DAYS = 1.1
"""The next race may be a bad one: its day varies by that much more than days of races which
counted in full."""
_SCATTER_RACES = 8.0
"""Races that the population's scatter is worth beside a runner's own."""
_TAIL = 3.0
"""Degrees of freedom of the level: far from the mean, the population says less."""

_USUAL_WEEK_KM, _MARATHON_WEEK_KM = 35.0, 50.0
"""What runners run a week, and those of them who race marathons."""
_LEAST_WEEK_KM, _MOST_WEEK_KM = 3.0, 130.0
_TRAINING_LIMIT = 0.0175
_TRAINING_LIMIT_DAYS, _TRAINING_LIMIT_GROWTH = 60.0, 0.0004
"""Volume and efforts move a forecast by no more than 1.75 % from what the races predict, if the
last race is at most 60 days ago, and by .04 % a day more after that."""

_AGE_UNKNOWN_SD = 0.05


class Effort(NamedTuple):
    """A best effort in training, as a race that was run with something in reserve."""

    distance_m: float
    faster: float
    """A race would be so much faster, log."""
    sd: float
    """How far runners differ in that, beside what all their efforts share."""


EFFORTS = {
    "best_5k_84d_s": Effort(5000.0, 0.06, 0.05),
    "best_1k_84d_s": Effort(5000.0, 0.06, 0.09),
    "best_run_5k_84d_s": Effort(5000.0, 0.06, 0.08),
    "best_run_half_84d_s": Effort(21097.5, 0.08, 0.08),
}
"""What is faster in a race than in the best whole runs of twelve weeks is the median of four public
logs, walk-forward; the others are set so that a race is as much faster than efforts inside runs."""
_MARATHON_SHARE, _MARATHON_SD = 0.848, 0.16
"""Marathons are run at 84.8 +- 13.6 % of critical speed (Smyth and Muniz-Pumares 2020)."""

_REST_GRACE_DAYS, _REST_DAYS, _REST_LOSS = 7.0, 50.0, 0.17
"""Without running, times get slower by up to 17 %: 4 % after three weeks, 10 % after seven. VO2max
falls by 7 % in 12 to 21 days and 16 % in 84 (Coyle et al. 1984), then hardly."""
_REST_SD = 0.5
"""How far runners differ in that loss, as a share of it."""
_REST_OTHER_SPORTS = 0.5
"""Share of that which other training prevents, at a CTL of 40 and more."""

_ROUNDS, _ROUNDS_FOR_ALL = 12, 3
_IGNORED, _NO_WEIGHT = 1e6, 1e-9
"""Variance of an observation that does not count, and what counts as no weight."""
_OWN = ["sex", "age_years"]
_ROWS_AT_ONCE = 2000


def stage_1(X: pd.DataFrame, settings: Settings = PUBLISHED) -> pd.DataFrame:
    """Forecast log race times.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        ``distance_m``; ``earlier_races`` or the last race in columns; ``days_of_history``,
        ``run_distance_84d_m``, ``days_since_last_run``, ``ctl``, ``sex``, ``age_years``,
        ``critical_speed_mps`` and the columns of `EFFORTS`. Missing columns and values are allowed.
    settings : Settings

    Returns
    -------
    DataFrame of shape (n, 6), indexed as ``X``
        ``log_time`` (mean of ln seconds), ``log_sd`` (its standard deviation: 0.05 is about 5 % of
        the time), ``log_5k`` (ln seconds over 5 km), ``last_surprise`` (how much slower the last
        race was than the others predict, log; NaN with fewer than two), ``support`` and
        ``refusal_reason``, with NaN times where that is given.

    Examples
    --------
    >>> X = pd.DataFrame({"distance_m": [10000.0], "earlier_races": ["30:5000.000:1500.00"]})
    >>> forecast = stage_1(X).iloc[0]
    >>> np.exp(forecast["log_time"]).round(), forecast["log_sd"].round(3)
    (np.float64(3182.0), np.float64(0.07))
    """
    races = earlier_races(X)
    forecast = pd.DataFrame(index=X.index)
    forecast["support"], forecast["refusal_reason"] = _support(X, races)
    log_distance = np.log(X["distance_m"].to_numpy(dtype=float))
    observations = _observations(X, races, settings)
    trained, untrained = _runner(X, settings), _runner(X.reindex(columns=_OWN), settings)
    limit = _training_limit(races)
    out = np.full((4, len(X)), np.nan)
    # Rows with as many observations go together, so that padding costs little.
    there = np.isfinite(observations.log_time)
    order = np.argsort(there.sum(axis=1), kind="stable")
    for rows in np.split(order, range(_ROWS_AT_ONCE, len(order), _ROWS_AT_ONCE)):
        some = observations.of(rows).columns(there[rows].any(axis=0))
        runners = trained.of(rows), untrained.of(rows)
        out[:, rows] = _forecast(log_distance[rows], some, *runners, limit[rows], settings)
    loss = _rest_loss(X)
    out[[_MEAN, _MEAN_5K]] += loss
    out[_SD] = np.hypot(out[_SD], _REST_SD * loss)
    out[:, forecast["refusal_reason"].notna()] = np.nan
    forecast["log_time"], forecast["log_sd"], forecast["log_5k"], surprise = out
    is_race = np.isfinite(races.time_s).sum(axis=1) >= 2
    forecast["last_surprise"] = np.where(is_race, surprise, np.nan)
    return forecast


_MEAN, _SD, _MEAN_5K = range(3)


class _Rows:
    """Arrays that share a first axis."""

    def of(self, rows):
        return type(self)(*(column[rows] for column in vars(self).values()))


@dataclass
class _Runner(_Rows):
    """What volume, sex and age say of each row's runner."""

    shift: np.ndarray
    """Of the mean of ln time."""
    marathon_shift: np.ndarray
    """In addition, over the marathon."""
    marathon_block: np.ndarray
    """In addition, over a marathon to come: what the volume of these weeks is worth there."""
    level_sd: np.ndarray

    def mean(self, log_distance: np.ndarray, settings: Settings) -> np.ndarray:
        """Mean of ln seconds at distances of shape (n,) or (n, k), whenever they were run."""
        shape = (-1,) + (1,) * (log_distance.ndim - 1)
        shift = self.shift.reshape(shape)
        shift = shift + self.marathon_shift.reshape(shape) * marathon_share(log_distance)
        return mean_log_time(log_distance, settings) + shift

    def mean_now(self, log_distance: np.ndarray, settings: Settings) -> np.ndarray:
        """Mean of ln seconds at distances of shape (n,), after the training of these weeks."""
        block = self.marathon_block * marathon_share(log_distance)
        return self.mean(log_distance, settings) + block


@dataclass
class _Observations(_Rows):
    """Races and efforts of each row, (n, k) each, NaN where a row has fewer."""

    days: np.ndarray
    log_distance: np.ndarray
    log_time: np.ndarray
    sd: np.ndarray
    is_effort: np.ndarray

    def columns(self, chosen: np.ndarray) -> "_Observations":
        return _Observations(*(column[:, chosen] for column in vars(self).values()))


def _forecast(log_distance, of: _Observations, trained, untrained, limit, settings) -> np.ndarray:
    """Mean, deviation, mean over 5 km and the last race's surprise of some rows, shape (4, n)."""
    there = np.isfinite(of.log_time)
    at = np.where(there, of.log_distance, 0.0)
    share = level_share(at, settings) * there
    fixed = _talent_and_drift(of, at, there, settings)
    is_race = there & ~of.is_effort
    # What is judged is judged without training, which then moves a forecast along a straight line.
    alone = is_race | ~is_race.any(axis=1, keepdims=True) & there
    surprise = _surprise(of, at, there, untrained, settings)
    noise = _noise(of, there)
    widened, inflated, scatter, apart = _judged(
        surprise * alone,
        share * alone,
        fixed * alone[:, :, None] * alone[:, None, :],
        noise,
        _usual_deviation(noise, at, settings),
        is_race,
        untrained.level_sd**2,
    )
    log_5k = np.full(len(log_distance), np.log(5000.0))
    last = apart[:, 0] if apart.shape[1] else np.full(len(log_distance), np.nan)

    def posterior(runner: _Runner, observed: np.ndarray):
        """Means at the distance asked for and at 5 km, and variances before and after."""
        level = runner.level_sd**2 + widened
        seen = share * observed
        total = fixed * observed[:, :, None] * observed[:, None, :]
        total = total + level[:, None, None] * seen[:, :, None] * seen[:, None, :]
        surprise = _surprise(of, at, there, runner, settings) * observed
        means = []
        for log_m in (log_5k, log_distance):
            own = level_share(log_m, settings)
            shared = (level * own)[:, None] * seen
            shared = shared + observed * talent_covariance(log_m[:, None], at, settings)
            weights = _positive_weights(shared, total, inflated)
            means.append(
                runner.mean_now(log_m, settings) + np.einsum("nk,nk->n", weights, surprise)
            )
        before = level * own**2 + talent_covariance(log_m, log_m, settings)
        scattered = _inverse(total, np.where(is_race, scatter[:, None], 1.0) * inflated)
        after = before - np.einsum("nk,nkl,nl->n", shared, scattered, shared)
        return means[1], means[0], before, np.maximum(after, 0.0)

    mean, mean_5k, before, after = posterior(trained, there)
    has_race = is_race.any(axis=1)
    if has_race.any():
        by_races, by_races_5k, *_ = posterior(untrained, alone)
        limit = np.where(has_race, limit, np.inf)
        mean = by_races + np.clip(mean - by_races, -limit, limit)
        mean_5k = by_races_5k + np.clip(mean_5k - by_races_5k, -limit, limit)
    # What is left open where nothing is known is the level, which is no scatter.
    factor = spread_of_speed(mean - mean_log_time(log_distance, settings), settings) ** 2
    race_day = scatter * (_BAD_DAYS * race_day_sd(log_distance, settings)) ** 2
    variance = after * (factor + (1.0 - factor) * after / before) + factor * race_day
    # A fast runner scatters less from race to race, and drifts nearly as others do.
    latest = np.where(there, np.clip(of.days, 0.0, _LONGEST_DRIFT_DAYS), np.inf)
    latest = np.nan_to_num(latest.min(axis=1, initial=np.inf), posinf=0.0)
    variance += 0.5 * np.maximum(1.0 - factor, 0.0) * settings.drift_sd**2 * latest
    return np.stack([mean, np.sqrt(variance), mean_5k, last])


def _positive_weights(shared, total, noise) -> np.ndarray:
    """Weights of the observations; one that would move the forecast the wrong way is left out.

    A slow race over one distance can be explained by a lack of talent for it, so that another race
    over that distance counts for more. True or not, it must not make a forecast faster.
    """
    weights = np.einsum("nk,nkl->nl", shared, _inverse(total, noise))
    for _ in range(_ROUNDS):
        rows = np.flatnonzero((weights < -_NO_WEIGHT).any(axis=1))
        if not len(rows):
            break
        noise = np.where(weights < -_NO_WEIGHT, _IGNORED, noise)
        weights[rows] = np.einsum("nk,nkl->nl", shared[rows], _inverse(total[rows], noise[rows]))
    return weights


def _surprise(of: _Observations, at, there, runner: _Runner, settings) -> np.ndarray:
    return np.where(there, of.log_time - runner.mean(at, settings), 0.0)


def _noise(of: _Observations, there) -> np.ndarray:
    return np.where(there, of.sd, 1.0) ** 2


def _usual_deviation(noise, at, settings) -> np.ndarray:
    """Variance of a race around what other races predict of it, whatever the others are."""
    drift = settings.drift_sd**2 * _USUAL_GAP_DAYS
    return noise + talent_covariance(at, at, settings) + drift


def _talent_and_drift(of: _Observations, at, there, settings) -> np.ndarray:
    """Covariance of the observations but for level and noise, shape (n, k, k)."""
    days = np.where(there, np.clip(of.days, 0.0, _LONGEST_DRIFT_DAYS), 0.0)
    fixed = talent_covariance(at[:, :, None], at[:, None, :], settings)
    fixed += settings.drift_sd**2 * np.minimum(days[:, :, None], days[:, None, :])
    fixed += settings.effort_shared_sd**2 * of.is_effort[:, :, None] * of.is_effort[:, None, :]
    return fixed * there[:, :, None] * there[:, None, :]


def _judged(surprise, share, fixed, noise, usual, is_race, level_variance):
    """Weigh races by the others, and widen the level where the population says little.

    Returns
    -------
    widened, inflated, scatter, apart
        What is added to the level's variance (n,), noise (n, k), variance of the runner's races
        around each other as a factor of the population's (n,), and how much slower each race was
        than the others predict (n, k).
    """
    widened, inflated = np.zeros(len(share)), noise.copy()
    apart, precision = np.zeros(noise.shape), np.ones(noise.shape)
    given = (surprise, share, fixed, noise, usual, is_race, level_variance)
    found = (widened, inflated, apart, precision)
    rows = np.arange(len(share))
    for turn in range(_ROUNDS):
        if turn == _ROUNDS_FOR_ALL:  # the others have no race that counts less
            rows = np.flatnonzero((inflated > noise).any(axis=1))
        if not len(rows):
            break
        some = (column[rows] for column in (*given, widened, inflated))
        for column, values in zip(found, _weighed_once(*some), strict=True):
            column[rows] = values
    # How far races of the usual runner are from the others' prediction is 1.
    square = np.where(is_race, np.minimum(apart**2 * precision, 4.0), 0.0).sum(axis=1)
    races = is_race.sum(axis=1)
    scatter = (_SCATTER_RACES + square) / (_SCATTER_RACES + races)
    return widened, inflated, np.where(races > _OTHER_RACES, scatter, 1.0), apart


def _weighed_once(surprise, share, fixed, noise, usual, is_race, level_variance, widened, inflated):
    """One round of `_judged`: widened, inflated, apart and precision of some rows."""
    level = level_variance + widened
    shared = share[:, :, None] * share[:, None, :]
    inverse = _inverse(fixed + level[:, None, None] * shared, inflated)
    along = np.einsum("nk,nkl->nl", share, inverse)
    precision_of_level = np.maximum(np.einsum("nl,nl->n", along, share), 1e-12)
    found = np.einsum("nl,nl->n", along, surprise) / precision_of_level
    widened = np.maximum(found**2 - level_variance, 0.0) / (_TAIL + 1.0)
    # Each against what all the others predict of it (leave one out, in closed form).
    precision = inverse[:, *_diagonal(inverse)]
    apart = np.einsum("nkl,nl->nk", inverse, surprise) / precision
    limit = np.where(apart > 0, _SLOW_LIMIT, _FAST_LIMIT)
    excess = np.maximum(apart**2 / (limit**2 * usual) - 1.0, 0.0)
    # Races that count little themselves are no judges.
    weight = np.where(is_race, noise / inflated, 0.0)
    others = weight.sum(axis=1, keepdims=True) - weight
    judged = is_race * np.clip(others - (_OTHER_RACES - 1), 0.0, 1.0)
    return widened, (inflated + noise + judged * excess * usual) / 2.0, apart, precision


def _inverse(covariance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    total = covariance.copy()
    total[:, *_diagonal(total)] += noise
    return np.linalg.inv(total)


def _diagonal(matrices: np.ndarray):
    each = np.arange(matrices.shape[1])
    return each, each


def _observations(X: pd.DataFrame, races: EarlierRaces, settings: Settings) -> _Observations:
    """Races, latest first, and then best efforts in training."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_of, log_time = np.log(races.distance_m), np.log(races.time_s)
    sd = race_day_sd(np.nan_to_num(log_of, nan=9.0), settings)
    columns = [(races.days, log_of, log_time, sd, np.zeros(log_of.shape, dtype=bool))]
    # A best effort of the same weeks as a race is that race.
    trained_only = ~(races.days <= 84).any(axis=1)

    def add(distance_m, log_time, sd):
        log_time = np.where(trained_only & np.isfinite(log_time), log_time, np.nan)
        values = (0.0, np.log(distance_m), log_time, sd, True)
        columns.append(tuple(np.broadcast_to(v, len(X))[:, None] for v in values))

    with np.errstate(divide="ignore", invalid="ignore"):
        for name, effort in EFFORTS.items():
            faster = effort.faster + settings.effort_reserve
            add(effort.distance_m, np.log(_number(X, name)) - faster, effort.sd)
        speed_mps = _MARATHON_SHARE * _number(X, "critical_speed_mps")
        add(42195.0, np.log(42195.0 / speed_mps), _MARATHON_SD)
    return _Observations(*(np.concatenate(part, axis=1) for part in zip(*columns, strict=True)))


def _runner(X: pd.DataFrame, settings: Settings) -> _Runner:
    has_volume = _has_volume(X)
    week = np.clip(np.nan_to_num(week_km(X), nan=_USUAL_WEEK_KM), _LEAST_WEEK_KM, _MOST_WEEK_KM)
    volume, marathon_volume = (
        np.where(has_volume, np.log((week + 5.0) / (usual + 5.0)), 0.0)
        for usual in (_USUAL_WEEK_KM, _MARATHON_WEEK_KM)
    )
    # Half a woman where the sex is not known.
    sex = X["sex"] if "sex" in X else pd.Series(None, index=X.index, dtype=object)
    woman = sex.map({"f": 0.5, "m": -0.5}).to_numpy(dtype=float)
    age = _number(X, "age_years")
    decades = np.maximum(age - 35.0, 0.0) / 10.0, np.maximum(30.0 - age, 0.0) / 10.0
    shift = settings.volume * volume + settings.female * np.nan_to_num(woman)
    shift += np.nan_to_num(settings.older * decades[0] + settings.younger * decades[1])
    marathon = settings.female_marathon * np.nan_to_num(woman)
    block = settings.volume_marathon * marathon_volume
    variance = settings.level_sd**2 + np.where(has_volume, 0.0, settings.volume_unknown_sd**2)
    variance += np.where(np.isnan(woman), (settings.female / 2) ** 2, 0.0)
    variance += np.where(np.isnan(age), _AGE_UNKNOWN_SD**2, 0.0)
    return _Runner(shift, marathon, block, np.sqrt(variance))


def _training_limit(races: EarlierRaces) -> np.ndarray:
    """How far training may move a forecast from what the races predict, log."""
    latest = np.where(np.isfinite(races.days), races.days, np.inf).min(axis=1, initial=np.inf)
    late = np.maximum(np.nan_to_num(latest, posinf=0.0) - _TRAINING_LIMIT_DAYS, 0.0)
    return _TRAINING_LIMIT + _TRAINING_LIMIT_GROWTH * late


def _rest_loss(X: pd.DataFrame) -> np.ndarray:
    """How much slower the days without running have made the runner, log."""
    rest = np.maximum(np.nan_to_num(_number(X, "days_since_last_run")) - _REST_GRACE_DAYS, 0.0)
    other = np.clip(np.nan_to_num(_number(X, "ctl")) / 40.0, 0.0, 1.0)
    return _REST_LOSS * (1.0 - np.exp(-rest / _REST_DAYS)) * (1.0 - _REST_OTHER_SPORTS * other)


def week_km(X: pd.DataFrame) -> np.ndarray:
    """Kilometres run a week in the last twelve, or in the history so far if that is shorter."""
    weeks = np.clip(np.nan_to_num(_number(X, "days_of_history"), nan=84.0), 7.0, 84.0) / 7.0
    return _number(X, "run_distance_84d_m") / 1000.0 / weeks


def _has_volume(X: pd.DataFrame) -> np.ndarray:
    long_enough = ~(_number(X, "days_of_history") < _MIN_HISTORY_DAYS)
    return long_enough & (_number(X, "run_distance_84d_m") > 0)


def _number(X: pd.DataFrame, name: str) -> np.ndarray:
    if name not in X:
        return np.full(len(X), np.nan)
    return pd.to_numeric(X[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _support(X: pd.DataFrame, races: EarlierRaces) -> tuple[np.ndarray, np.ndarray]:
    """What a forecast rests on, and why there is none where there is none."""
    known = np.isfinite(races.time_s).sum(axis=1)
    latest = np.where(np.isfinite(races.days), races.days, np.inf).min(axis=1, initial=np.inf)
    efforts = [_number(X, name) > 0 for name in EFFORTS]
    has_training = np.logical_or.reduce([*efforts, _has_volume(X)])
    distance_m = _number(X, "distance_m")
    rest = np.minimum(latest, np.nan_to_num(_number(X, "days_since_last_run")))
    refusals = [
        (~((distance_m >= SHORTEST_M) & (distance_m <= LONGEST_M)), "distance_out_of_range"),
        ((known == 0) & ~has_training, "no_race_and_too_little_training"),
        (rest > LONGEST_REST_DAYS, "no_run_for_a_year"),
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
