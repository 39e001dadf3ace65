"""The race-time model: the prior, conditioned on the last race, then gently corrected."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stride.racetime.prior import forecast

FEATURES = [
    "distance_m",
    "last_race_distance_m",
    "last_race_time_s",
    "days_since_last_race",
    "ctl",
    "tsb",
    "run_distance_84d_m",
    "longest_run_60d_m",
]
"""Columns the model reads: the state at the end of the day before, never of the day itself."""

_Z80 = 1.2815515594600038
"""An 80 % interval reaches this many standard deviations to each side."""


class RaceTimeModel(RegressorMixin, BaseEstimator):
    """Race time for any distance, with an interval, for athletes with or without races.

    Stage 1 is `stride.racetime.prior.forecast`; it needs no training data. Stage 2 is a ridge
    regression of what stage 1 left over on training volume and form, shrunk towards zero by
    ``n / (n + half_trust)`` so that with few races it does no harm.

    Parameters
    ----------
    alpha : float
        Ridge penalty on standardised inputs.
    half_trust : float
        Number of training races at which half of the correction is believed.
    min_races : int
        With fewer training races there is no correction at all.
    """

    def __init__(self, alpha: float = 20.0, half_trust: float = 50.0, min_races: int = 10):
        self.alpha = alpha
        self.half_trust = half_trust
        self.min_races = min_races

    def fit(self, X: pd.DataFrame, y) -> "RaceTimeModel":
        """Learn the correction.

        Parameters
        ----------
        X : DataFrame of shape (n_races, n_columns)
            Holds `FEATURES`; missing values are allowed.
        y : array-like of shape (n_races,)
            Race times, seconds.
        """
        y = np.asarray(y, dtype=float)
        self.n_races_ = len(y)
        self.trust_ = self.n_races_ / (self.n_races_ + self.half_trust)
        self.correction_ = None
        if self.n_races_ >= self.min_races:
            log_time, _ = _stage_1(X)
            self.correction_ = make_pipeline(
                SimpleImputer(strategy="median", keep_empty_features=True),
                StandardScaler(),
                Ridge(alpha=self.alpha),
            ).fit(_inputs(X), np.log(y) - log_time)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict race times.

        Parameters
        ----------
        X : DataFrame of shape (n, n_columns)

        Returns
        -------
        ndarray of shape (n,)
            Seconds; the median of the forecast.
        """
        return self.predict_interval(X)["predicted_time_s"].to_numpy()

    def predict_interval(self, X: pd.DataFrame) -> pd.DataFrame:
        """Predict race times with 80 % intervals.

        Parameters
        ----------
        X : DataFrame of shape (n, n_columns)

        Returns
        -------
        DataFrame of shape (n, 3)
            ``predicted_time_s``, ``lower_80_s``, ``upper_80_s``, indexed as ``X``.
        """
        log_time, log_sd = _stage_1(X)
        if self.correction_ is not None and len(X):
            log_time = log_time + self.trust_ * self.correction_.predict(_inputs(X))
        return pd.DataFrame(
            {
                "predicted_time_s": np.exp(log_time),
                "lower_80_s": np.exp(log_time - _Z80 * log_sd),
                "upper_80_s": np.exp(log_time + _Z80 * log_sd),
            },
            index=X.index,
        )


def _stage_1(X: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return forecast(
        X["distance_m"],
        X["last_race_distance_m"],
        X["last_race_time_s"],
        X["days_since_last_race"],
    )


def _inputs(X: pd.DataFrame) -> np.ndarray:
    """Inputs of the correction, on scales on which a straight line is a fair guess."""
    distance_m = X["distance_m"].to_numpy(dtype=float)
    return np.column_stack(
        [
            np.log(distance_m / 10000.0),
            np.log(distance_m / X["last_race_distance_m"].to_numpy(dtype=float)),
            X["days_since_last_race"].to_numpy(dtype=float) / 365.0,
            X["ctl"].to_numpy(dtype=float),
            X["tsb"].to_numpy(dtype=float),
            np.log1p(X["run_distance_84d_m"].to_numpy(dtype=float) / 12000.0),
            X["longest_run_60d_m"].to_numpy(dtype=float) / distance_m,
        ]
    )
