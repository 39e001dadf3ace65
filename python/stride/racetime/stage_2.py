"""Stage 2: what stage 1 leaves over, explained by training; gently, and only as physiology allows.

Settings are fixed and written down here; nothing is searched for.
"""

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

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


def inputs(X: pd.DataFrame, forecast: pd.DataFrame, log_distance=None) -> pd.DataFrame:
    """Inputs of the correction, on scales on which a straight line is a fair guess.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        Holds the model's features.
    forecast : DataFrame of shape (n, n_columns)
        What `stage_1` says of ``X``.
    log_distance : ndarray of shape (n,), optional
        Ln metres to ask for in place of ``X``'s.

    Returns
    -------
    DataFrame of shape (n, 11)
        The columns of `SIGNS`; missing values stay missing.
    """
    number = X.reindex(columns=_NUMBERS).astype(float)
    if log_distance is None:
        log_distance = np.log(number["distance_m"])
    log_distance = pd.Series(np.asarray(log_distance), index=X.index)
    week = np.log(week_km(X) + 5.0)
    recent = np.log(number["run_distance_28d_m"] / 4000.0 + 5.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "log_distance": log_distance - np.log(10000.0),
                "log_distance_ratio": log_distance - np.log(number["last_race_distance_m"]),
                "log_days_since_race": np.log1p(number["days_since_last_race"]),
                "last_surprise": forecast["last_surprise"],
                "log_week_km": week,
                "volume_change": recent - week,
                # Longer than the race itself does not help much more.
                "longest_run_share": (
                    number["longest_run_60d_m"] / np.exp(log_distance)
                ).clip(upper=1.2),
                "ctl": number["ctl"] / 50.0,
                "tsb": number["tsb"] / 20.0,
                "best_5k_excess": np.log(number["best_5k_84d_s"]) - forecast["log_5k"],
                "best_1k_excess": np.log(number["best_1k_84d_s"]) - forecast["log_5k"],
            },
            index=X.index,
        )[list(SIGNS)]


_NUMBERS = [
    "distance_m",
    "last_race_distance_m",
    "days_since_last_race",
    "run_distance_28d_m",
    "longest_run_60d_m",
    "ctl",
    "tsb",
    "best_5k_84d_s",
    "best_1k_84d_s",
]


def ridge(alpha: float):
    """A ridge regression whose coefficients keep their signs; for up to about 1,000 races."""
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        Ridge(alpha=alpha, positive=True, tol=1e-6),
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


def signed(inputs: pd.DataFrame) -> np.ndarray:
    """Columns for the ridge, whose coefficients are positive: turned, or given both ways."""
    columns = []
    for name, sign in SIGNS.items():
        columns += [inputs[name] * s for s in ((sign,) if sign else (1, -1))]
    return np.column_stack(columns).astype(float)


def fit_correction(X, forecast, residual, *, alpha: float, boost_from: int):
    """Fit the estimator that the number of races calls for.

    Parameters
    ----------
    X, forecast : DataFrame of shape (n_races, n_columns)
        Features, and stage 1's word on them.
    residual : ndarray of shape (n_races,)
        Log race time minus stage 1's.
    alpha : float
        Ridge penalty on standardised inputs.
    boost_from : int
        Number of races from which trees are boosted.

    Returns
    -------
    sklearn estimator
    """
    columns = inputs(X, forecast)
    if len(columns) >= boost_from:
        table = columns.to_numpy(copy=True)
        # scikit-learn 1.9 can't bin a column without any value; a constant is never split on.
        table[:, np.isnan(table).all(axis=0)] = 0.0
        # Threads add up in another order each time, and wait for each other on a busy machine.
        with threadpool_limits(1, "openmp"):
            return boosting().fit(table, residual)
    return ridge(alpha).fit(signed(columns), residual)


def correct(estimator, X: pd.DataFrame, forecast: pd.DataFrame) -> np.ndarray:
    """Correction of log time, shape (n,), a straight line in ln d between the anchors."""
    log_distance = np.log(X["distance_m"].to_numpy(dtype=float))
    above = np.clip(np.searchsorted(_ANCHORS, log_distance), 1, len(_ANCHORS) - 1)
    share = np.clip(
        (log_distance - _ANCHORS[above - 1]) / (_ANCHORS[above] - _ANCHORS[above - 1]), 0.0, 1.0
    )
    correction = np.zeros(len(X))
    for anchor, weight in ((_ANCHORS[above - 1], 1 - share), (_ANCHORS[above], share)):
        asked = weight > 0
        if asked.any():
            columns = inputs(X[asked], forecast[asked], anchor[asked])
            is_ridge = hasattr(estimator, "steps")
            table = signed(columns) if is_ridge else columns.to_numpy()
            with threadpool_limits(1, "openmp"):
                correction[asked] += weight[asked] * estimator.predict(table)
    return correction
