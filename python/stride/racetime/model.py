"""The race-time model: a hierarchical Gaussian, a small correction, conformal intervals."""

import numpy as np
import pandas as pd

from stride.racetime.fitting import fit_settings
from stride.racetime.intervals import classes, offsets
from stride.racetime.prior import PUBLISHED as PUBLISHED_SETTINGS
from stride.racetime.prior import Settings
from stride.racetime.stage_1 import stage_1
from stride.racetime.stage_2 import SIGNS, Inputs, correct, fit_correction, inputs

FEATURES = [
    "distance_m",
    "earlier_races",
    "last_race_distance_m",
    "last_race_time_s",
    "days_since_last_race",
    "days_of_history",
    "ctl",
    "tsb",
    "run_distance_28d_m",
    "run_distance_84d_m",
    "longest_run_60d_m",
    "best_1k_84d_s",
    "best_5k_84d_s",
    "critical_speed_mps",
    "best_run_5k_84d_s",
    "best_run_half_84d_s",
    "days_since_last_run",
    "sex",
    "age_years",
]
"""Columns the model reads: the state at the end of the day before, never of the day itself."""

PUBLISHED, FITTED, CORRECTED = CANDIDATES = ("published", "fitted", "corrected")
"""Kinds of model that are compared: stage 1 with published settings, stage 1 with settings fitted
to the races at hand, and that with a correction by training."""

_FOLDS = 5
_MOST_CORRECTION = 0.5


class RaceTimeModel:
    """Race time for any distance, with an interval, for athletes with or without races.

    Stage 1 is `stride.racetime.stage_1`: with published settings it needs no training data, and
    `fit_settings` moves them where races are known. Stage 2 regresses what stage 1 left over on
    training volume and form: a ridge, or boosted trees from ``boost_from`` races on, shrunk towards
    zero by ``n / (n + half_trust)``, and never more than half of stage 1's deviation.
    Intervals are conformal, from out-of-fold errors in units of stage 1's deviation.

    Parameters
    ----------
    candidate : str
        One of `CANDIDATES`.
    alpha : float
        Ridge penalty on standardised inputs.
    half_trust : float
        Number of training races at which half of the correction is believed.
    min_races : int
        With fewer training races there is no correction at all.
    boost_from : int
        Number of training races from which trees are boosted; below, ridges forecast better.

    Attributes
    ----------
    n_races_ : int
        Races learned from.
    settings_ : dict of str to float
        Settings of stage 1.
    trust_ : float
        Share of the correction that is believed.
    correction_ : Linear, sklearn estimator or None
    scores_, classes_ : ndarray
        Out-of-fold errors and the kinds of forecasts they are of; intervals rest on them.
    """

    def __init__(
        self,
        candidate: str = CORRECTED,
        alpha: float = 20.0,
        half_trust: float = 50.0,
        min_races: int = 10,
        boost_from: int = 1000,
    ):
        self.candidate = candidate
        self.alpha = alpha
        self.half_trust = half_trust
        self.min_races = min_races
        self.boost_from = boost_from

    def get_params(self) -> dict:
        """The settings that the model was made with."""
        names = ("candidate", "alpha", "half_trust", "min_races", "boost_from")
        return {name: getattr(self, name) for name in names}

    def fit(self, X: pd.DataFrame, y, groups=None, settings=None) -> "RaceTimeModel":
        """Fit settings and correction, and from out-of-fold errors how far forecasts are off.

        Parameters
        ----------
        X : DataFrame of shape (n_races, n_columns)
            Holds `FEATURES`; missing values are allowed.
        y : array-like of shape (n_races,)
            Race times, seconds.
        groups : array-like of shape (n_races,), optional
            Athletes: folds keep them together. Without, or with fewer than five, folds are blocks
            of rows, which in order of time are blocks of time.
        settings : Settings, optional
            What `fit_settings` found for the same rows, if it is at hand.
        """
        from threadpoolctl import threadpool_limits

        X = X.reindex(columns=FEATURES).reset_index(drop=True)
        y = np.asarray(y, dtype=float)
        settings = settings or self._settings(X, y)
        forecast = stage_1(X, settings)
        residual = np.log(y) - forecast["log_time"].to_numpy()
        usable = np.isfinite(residual)
        known, residual = inputs(X, forecast)[usable], residual[usable]
        deviation = forecast["log_sd"].to_numpy()[usable]
        folds = _folds(len(residual), None if groups is None else np.asarray(groups)[usable])
        scores = residual / deviation
        # Threads add up in another order each time, and wait for each other on a busy machine.
        with threadpool_limits(1):
            self.trust_, self.correction_ = self._learn(known, residual, deviation)
            for fold in np.unique(folds):
                out, rest = folds == fold, folds != fold
                trust, correction = self._learn(known[rest], residual[rest], deviation[rest])
                if correction is not None:
                    scores[out] -= _bounded(trust, correction, known[out], deviation[out])
        self.n_races_ = len(residual)
        self.settings_ = settings._asdict()
        self.scores_ = scores
        self.classes_ = classes(X["distance_m"][usable], forecast["support"][usable])
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict race times.

        Parameters
        ----------
        X : DataFrame of shape (n, n_columns)

        Returns
        -------
        ndarray of shape (n,)
            Seconds, the median of the forecast; NaN where it is refused.
        """
        return self.predict_interval(X)["predicted_time_s"].to_numpy()

    def predict_interval(self, X: pd.DataFrame) -> pd.DataFrame:
        """Predict race times with 80 % intervals.

        Parameters
        ----------
        X : DataFrame of shape (n, n_columns)

        Returns
        -------
        DataFrame of shape (n, 5)
            Indexed as ``X``. ``predicted_time_s``, ``lower_80_s``, ``upper_80_s``: seconds, NaN
            where refused. ``support``: several_races, one_race, stale_race (the last is over a
            year ago), training_only or none. ``refusal_reason``: null where there is a forecast.
        """
        X = X.reindex(columns=FEATURES)
        forecast = self._stage_1(X)
        log_time, log_sd = (forecast[name].to_numpy() for name in ("log_time", "log_sd"))
        given = np.isfinite(log_time)
        ends = np.full((len(X), 2), np.nan)
        if given.any():
            if self.correction_ is not None:
                from threadpoolctl import threadpool_limits

                log_time = log_time.copy()
                asked = inputs(X, forecast)[given]
                with threadpool_limits(1):
                    moved = _bounded(self.trust_, self.correction_, asked, log_sd[given])
                log_time[given] += moved * log_sd[given]
            kinds = classes(X["distance_m"][given], forecast["support"][given])
            ends[given] = offsets(self.scores_, self.classes_, kinds)
        return pd.DataFrame(
            {
                "predicted_time_s": np.exp(log_time),
                "lower_80_s": np.exp(log_time + ends[:, 0] * log_sd),
                "upper_80_s": np.exp(log_time + ends[:, 1] * log_sd),
                "support": forecast["support"],
                "refusal_reason": forecast["refusal_reason"],
            },
            index=X.index,
        )

    def inputs(self, X: pd.DataFrame) -> pd.DataFrame:
        """Named numbers that the correction sees, for explaining a forecast; indexed as ``X``."""
        X = X.reindex(columns=FEATURES)
        table = inputs(X, self._stage_1(X)).table
        return pd.DataFrame(table, columns=list(SIGNS), index=X.index)

    def _settings(self, X: pd.DataFrame, y: np.ndarray) -> Settings:
        return PUBLISHED_SETTINGS if self.candidate == PUBLISHED else fit_settings(X, y)

    def _stage_1(self, X: pd.DataFrame) -> pd.DataFrame:
        return stage_1(X, Settings(**self.settings_))

    def _learn(self, known: Inputs, residual, deviation):
        if self.candidate != CORRECTED or len(residual) < self.min_races:
            return 0.0, None
        # A race that went badly for an unknown reason is no evidence of what training is worth.
        score = residual / deviation
        typical = score <= 3 * max(1.0, 1.4826 * float(np.median(np.abs(score))))
        estimator = fit_correction(
            known[typical],
            residual[typical],
            deviation[typical],
            alpha=self.alpha,
            boost_from=self.boost_from,
        )
        n = int(typical.sum())
        return n / (n + self.half_trust), estimator


def _bounded(trust: float, correction, known: Inputs, deviation: np.ndarray) -> np.ndarray:
    """The correction in units of stage 1's deviation, within `_MOST_CORRECTION`."""
    moved = trust * correct(correction, known) / deviation
    return np.clip(moved, -_MOST_CORRECTION, _MOST_CORRECTION)


def _folds(n: int, groups) -> np.ndarray:
    """Fold of each row: by athlete where there are enough, else blocks of rows."""
    if groups is not None:
        codes, names = pd.factorize(groups, sort=True)
        if len(names) >= _FOLDS:
            return codes % _FOLDS
    return np.arange(n) * _FOLDS // max(n, 1)
