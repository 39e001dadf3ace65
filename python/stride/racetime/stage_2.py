"""Stage 2: what stage 1 leaves over, explained by training; gently, and only as physiology allows.

Settings are fixed and written down here; nothing is searched for.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from stride.racetime.stage_1 import week_km

SIGNS = {
    "log_distance": 0,
    "log_distance_ratio": 0,
    "log_days_since_race": 1,
    "last_surprise": 1,
    "log_week_km": -1,
    "volume_change": 0,
    "longest_run_share": -1,
    "ctl": -1,
    "tsb": 0,
    "best_5k_excess": 1,
    "best_1k_excess": 1,
}
"""Inputs, and whether more of one may make a forecast slower (1), faster (-1) or either (0)."""

_ANCHORS = np.log([1609.344, 5000.0, 10000.0, 21097.5, 42195.0, 100_000.0])
"""Between these distances the correction is a straight line, so that time grows with distance."""


class Inputs(NamedTuple):
    """Inputs of the correction, on scales on which a straight line is a fair guess."""

    table: np.ndarray
    """Shape (n, 11), the columns of `SIGNS`; NaN where something is not known."""
    log_distance: np.ndarray
    """Ln metres asked for, shape (n,)."""
    log_longest: np.ndarray
    """Ln metres of the longest run, shape (n,)."""

    def __getitem__(self, rows) -> "Inputs":
        return Inputs(*(part[rows] for part in (self.table, self.log_distance, self.log_longest)))

    def at(self, log_distance: np.ndarray) -> "Inputs":
        """The same runners asked for other distances."""
        table = self.table.copy()
        table[:, _AT["log_distance"]] += log_distance - self.log_distance
        table[:, _AT["log_distance_ratio"]] += log_distance - self.log_distance
        # Longer than the race itself does not help much more.
        share = np.minimum(np.exp(self.log_longest - log_distance), 1.2)
        table[:, _AT["longest_run_share"]] = share
        return Inputs(table, log_distance, self.log_longest)


_AT = {name: position for position, name in enumerate(SIGNS)}


def inputs(X: pd.DataFrame, forecast: pd.DataFrame) -> Inputs:
    """Gather the inputs of the correction.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        Holds the model's features.
    forecast : DataFrame of shape (n, n_columns)
        What `stage_1` says of ``X``.

    Returns
    -------
    Inputs
    """

    def number(name):
        return X[name].to_numpy(dtype=float, na_value=np.nan)

    surprise, log_5k = (forecast[name].to_numpy() for name in ("last_surprise", "log_5k"))
    week = np.log(week_km(X) + 5.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_distance = np.log(number("distance_m"))
        log_longest = np.log(number("longest_run_60d_m"))
        columns = {
            "log_distance": log_distance - np.log(10000.0),
            "log_distance_ratio": log_distance - np.log(number("last_race_distance_m")),
            "log_days_since_race": np.log1p(number("days_since_last_race")),
            "last_surprise": surprise,
            "log_week_km": week,
            "volume_change": np.log(number("run_distance_28d_m") / 4000.0 + 5.0) - week,
            "longest_run_share": np.full(len(X), np.nan),
            "ctl": number("ctl") / 50.0,
            "tsb": number("tsb") / 20.0,
            "best_5k_excess": np.log(number("best_5k_84d_s")) - log_5k,
            "best_1k_excess": np.log(number("best_1k_84d_s")) - log_5k,
        }
    table = np.column_stack([columns[name] for name in SIGNS])
    return Inputs(table, log_distance, log_longest).at(log_distance)


class Linear:
    """A straight line in standardised inputs; asking it needs NumPy alone.

    Parameters
    ----------
    usual, mean, scale, slope : ndarray of shape (n_columns,)
        What stands for a missing value; mean and deviation of the column; effect of a deviation.
    intercept : float
    """

    def __init__(self, usual, mean, scale, slope, intercept: float):
        self.usual, self.mean, self.scale, self.slope = usual, mean, scale, slope
        self.intercept = intercept

    def predict(self, table: np.ndarray) -> np.ndarray:
        """Correction of log time for each row."""
        table = np.where(np.isnan(table), self.usual, table)
        return (table - self.mean) / self.scale @ self.slope + self.intercept


def ridge(table: np.ndarray, residual, weight, alpha: float) -> Linear:
    """Fit a ridge regression whose coefficients keep their signs; for up to about 1,000 races."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    standard = StandardScaler()
    known = standard.fit_transform(impute.fit_transform(table))
    fitted = Ridge(alpha=alpha, positive=True, tol=1e-4).fit(known, residual, sample_weight=weight)
    return Linear(
        impute.statistics_, standard.mean_, standard.scale_, fitted.coef_, float(fitted.intercept_)
    )


def boosting():
    """Boosted trees that keep the signs; for more races.

    ``squared_error``, as scikit-learn breaks its own constraints for quantiles and absolute
    errors. ``early_stopping=False``: it would shuffle rows of one athlete apart.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        loss="squared_error",
        learning_rate=0.06,
        max_iter=80,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=1.0,
        monotonic_cst=list(SIGNS.values()),
        early_stopping=False,
        random_state=0,
    )


def fit_correction(known: Inputs, residual, deviation, *, alpha: float, boost_from: int):
    """Fit the estimator that the number of races calls for.

    Parameters
    ----------
    known : Inputs of n_races rows
    residual : ndarray of shape (n_races,)
        Log race time minus stage 1's.
    deviation : ndarray of shape (n_races,)
        Stage 1's standard deviation: a race that was hard to forecast counts less.
    alpha : float
        Ridge penalty on standardised inputs.
    boost_from : int
        Number of races from which trees are boosted.

    Returns
    -------
    Linear or sklearn estimator
    """
    weight = deviation**-2.0 / np.mean(deviation**-2.0)
    if len(residual) < boost_from:
        return ridge(_both_ways(known.table), residual, weight, alpha)
    table = known.table.copy()
    # scikit-learn 1.9 can't bin a column without any value; a constant is never split on.
    table[:, np.isnan(table).all(axis=0)] = 0.0
    return boosting().fit(table, residual, sample_weight=weight)


def correct(estimator, asked: Inputs) -> np.ndarray:
    """Correction of log time, shape (n,), a straight line in ln d between the anchors."""
    at = asked.log_distance
    above = np.clip(np.searchsorted(_ANCHORS, at), 1, len(_ANCHORS) - 1)
    step = _ANCHORS[above] - _ANCHORS[above - 1]
    share = np.clip((at - _ANCHORS[above - 1]) / step, 0.0, 1.0)
    correction = np.zeros(len(at))
    for anchor, weight in ((_ANCHORS[above - 1], 1 - share), (_ANCHORS[above], share)):
        rows = weight > 0
        if rows.any():
            table = asked[rows].at(anchor[rows]).table
            table = _both_ways(table) if isinstance(estimator, Linear) else table
            correction[rows] += weight[rows] * estimator.predict(table)
    return correction


def _both_ways(table: np.ndarray) -> np.ndarray:
    """Columns for the ridge, whose coefficients are positive: turned, or given both ways."""
    columns = []
    for column, sign in zip(table.T, SIGNS.values(), strict=True):
        columns += [column * s for s in ((sign,) if sign else (1, -1))]
    return np.column_stack(columns)
