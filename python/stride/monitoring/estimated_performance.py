"""How wrong the forecasts probably are, before any race tells: direct loss estimation (DLE).

A second model learns, from forecasts of past races that were made without knowing them, how large
the error of a forecast tends to be for inputs such as these. NannyML's DLE fits that model, boosted
trees, when a version is trained; on other days the trees are followed here in NumPy, as importing
NannyML takes longer than everything else of a morning. It sees
that the *inputs* moved to where the forecasts are worse. It can't see that the same inputs now lead
to other results (concept drift): only races tell that, so the realised error stands beside it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stride.monitoring.quiet_nannyml import nannyml
from stride.plural import counted
from stride.racetime.paired import judged_rows

INPUTS = [
    "distance_m",
    "days_of_history",
    "ctl",
    "atl",
    "tsb",
    "acwr",
    "run_distance_7d_m",
    "run_distance_28d_m",
    "run_distance_84d_m",
    "longest_run_60d_m",
    "races_before",
    "last_race_distance_m",
    "last_race_time_s",
    "days_since_last_race",
]
"""Columns of `inference.inference_log` and `training.training_set` that the estimate may read."""

FLOOR = 120
"""Reference forecasts needed. `make benchmark-monitoring` shows what happens below."""

ARTIFACT = "monitoring/dle_reference.json"
"""Where the registry keeps, beside a model version, what `save` wrote."""

_LEAF = 20
"""Rows a leaf of the estimator holds; with fewer than two leaves of them it is a constant."""
_WORSE = 1.25
"""A mean error this many times the reference's is worse."""


@dataclass(frozen=True)
class Estimator:
    """A fitted DLE with what is needed to judge by it."""

    trees: dict
    """The fitted trees, as LightGBM's ``dump_model`` writes them."""
    reference: pd.DataFrame
    """The forecasts of past races that it learned from."""
    inputs: tuple[str, ...]
    """Columns it reads beside the forecast."""
    rows: int
    """Reference forecasts."""
    error_pct: float
    """Their mean absolute error, per cent of the race time."""
    limit_pct: float
    """Above it an estimate is worse than the reference."""


def reference_rows(training_set: pd.DataFrame, backtest: pd.DataFrame) -> pd.DataFrame:
    """Put the inputs of every race beside its forward-in-time forecast.

    Parameters
    ----------
    training_set : DataFrame
        `training.training_set`.
    backtest : DataFrame
        `training.backtest_predictions`; `paired.judged_rows` are taken.

    Returns
    -------
    DataFrame
        One row per race: ``race_date``, ``predicted_time_s``, ``race_time_s`` and `INPUTS`.
    """
    forecasts = judged_rows(backtest)[["race_id", "predicted_time_s", "race_time_s"]]
    inputs = training_set[["race_id", "race_date", *INPUTS]]
    return forecasts.merge(inputs, on="race_id").drop(columns="race_id")


def fit_reference(reference: pd.DataFrame) -> Estimator | str:
    """Learn how large errors are from forecasts that did not know the result.

    Parameters
    ----------
    reference : DataFrame
        ``race_date``, ``predicted_time_s``, ``race_time_s`` (seconds) and columns of `INPUTS`.
        Out-of-fold forecasts, never forecasts of training rows. Rows without a forecast are left
        out.

    Returns
    -------
    Estimator or str
        The reason, as a sentence, if nothing can be estimated from this reference. Both are
        what the registry keeps as `ARTIFACT`.

    Examples
    --------
    >>> fit_reference(pd.DataFrame(columns=["race_date", "predicted_time_s", "race_time_s"]))
    '0 races with a forward-in-time forecast, and 120 are needed.'
    """
    known = reference.dropna(subset=["predicted_time_s", "race_time_s"])
    races = counted(len(known), "race")
    if len(known) < FLOOR:
        return f"{races} with a forward-in-time forecast, and {FLOOR} are needed."
    try:
        library = nannyml()
    except ImportError:
        return "NannyML is not installed: pip install 'stride-athlete[monitoring]'."
    inputs = tuple(column for column in INPUTS if column in known)
    known = _numbers(known, inputs).assign(
        race_time_s=known["race_time_s"].astype(float), day=pd.to_datetime(known["race_date"])
    )
    dle = library.DLE(
        feature_column_names=list(inputs),
        y_pred="predicted_time_s",
        y_true="race_time_s",
        timestamp_column_name="day",
        # Calendar chunks: counted ones leave a rest of a few rows, which inflates thresholds.
        chunk_period="W",
        metrics=["mape"],
        hyperparameters={
            "n_estimators": 60,
            "learning_rate": 0.05,
            "num_leaves": 8,
            "min_child_samples": _LEAF,
            "random_state": 0,
            "n_jobs": 1,
            "verbose": -1,
        },
    ).fit(known.sort_values("day").reset_index(drop=True))
    estimated = dle.result.to_df()[("mape", "value")]
    if not np.isfinite(estimated).all():
        return "The estimator gave no number for its own reference."
    if estimated.max() - estimated.min() < 1e-9:
        return f"From {races} the estimator learned nothing but their mean error."
    trees = dle.metrics[0]._dee_model.booster_.dump_model()
    return _estimator({key: trees[key] for key in ("feature_names", "tree_info")}, known, inputs)


def _estimator(trees: dict, reference: pd.DataFrame, inputs: tuple[str, ...]) -> Estimator:
    errors = 100 * (reference["predicted_time_s"] / reference["race_time_s"] - 1).abs()
    mean, standard_error = errors.mean(), errors.std() / np.sqrt(len(errors))
    limit = max(_WORSE * mean, mean + 3 * standard_error)
    return Estimator(trees, reference, inputs, len(reference), float(mean), float(limit))


COLUMNS = {
    "chunk_start": "date",
    "chunk_end": "date",
    "model_version": "string",
    "status": "string",
    "reason": "string",
    "forecasts": "bigint",
    "reference_races": "bigint",
    "estimated_mape_pct": "double",
    "limit_pct": "double",
    "estimated_mae_s": "double",
    "limit_s": "double",
    "is_worse": "boolean",
    "scored_races": "bigint",
    "realised_mae_s": "double",
    "estimated_mae_of_scored_s": "double",
}


def estimate(estimator: Estimator | str, rows: pd.DataFrame) -> pd.DataFrame:
    """Estimate the error of forecasts week by week, and score the estimate where races came.

    Parameters
    ----------
    estimator : Estimator or str
        What `fit_reference` returned.
    rows : DataFrame
        One row per forecast: ``prediction_date``, ``model_version``, ``predicted_time_s``
        (seconds), `INPUTS`, and ``race_time_s``, the result where the race of that day and
        distance was run, else null.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row per week from Monday. ``status`` is ``estimated``;
        ``not_estimable`` where the reference does not allow it; ``failed`` where a number was
        due and none came. ``is_worse`` is null unless estimated.
    """
    rows = rows.assign(
        week=pd.to_datetime(rows["prediction_date"]).dt.to_period("W").dt.start_time,
        predicted_time_s=rows["predicted_time_s"].astype(float),
        race_time_s=rows["race_time_s"].astype(float),
    ).dropna(subset=["predicted_time_s"])
    scored = rows.dropna(subset=["race_time_s"])
    weeks = rows.groupby("week").agg(
        forecasts=("predicted_time_s", "size"), mean_time_s=("predicted_time_s", "mean")
    )
    weeks["scored_races"] = scored.groupby("week").size().reindex(weeks.index, fill_value=0)
    errors = (scored["predicted_time_s"] - scored["race_time_s"]).abs()
    weeks["realised_mae_s"] = errors.groupby(scored["week"]).mean()
    weeks["chunk_start"] = weeks.index
    weeks["chunk_end"] = weeks.index + pd.Timedelta(days=6)
    weeks["model_version"] = rows["model_version"].iloc[0] if len(rows) else None
    weeks["status"], weeks["reason"], weeks["is_worse"] = "not_estimable", None, None
    for column in ("estimated_mape_pct", "limit_pct", "estimated_mae_s", "limit_s"):
        weeks[column] = np.nan
    weeks["estimated_mae_of_scored_s"] = np.nan
    weeks["reference_races"] = pd.array([None] * len(weeks), dtype="Int64")
    if isinstance(estimator, str) or weeks.empty:
        weeks["reason"] = estimator if isinstance(estimator, str) else None
        return weeks[list(COLUMNS)].reset_index(drop=True)

    weeks["reference_races"] = estimator.rows
    missing = [column for column in estimator.inputs if column not in rows]
    if missing:
        weeks["status"] = "failed"
        weeks["reason"] = f"The forecasts lack the inputs {', '.join(missing)}."
        return weeks[list(COLUMNS)].reset_index(drop=True)
    weeks["estimated_mape_pct"] = _by_week(estimator, rows)
    if len(scored):
        mean_time_s = scored.groupby("week")["predicted_time_s"].mean()
        weeks["estimated_mae_of_scored_s"] = _by_week(estimator, scored) / 100 * mean_time_s
    is_known = np.isfinite(weeks["estimated_mape_pct"])
    weeks["status"] = np.where(is_known, "estimated", "failed")
    weeks["reason"] = np.where(is_known, None, "The estimator gave no number.")
    weeks["limit_pct"] = estimator.limit_pct
    # In seconds of this week's own mix of distances, so that the mix alone can't cross the limit.
    weeks["estimated_mae_s"] = weeks["estimated_mape_pct"] / 100 * weeks["mean_time_s"]
    weeks["limit_s"] = estimator.limit_pct / 100 * weeks["mean_time_s"]
    # NannyML's own alert is two-sided: it would call an improvement an alarm.
    worse = (weeks["estimated_mape_pct"] > estimator.limit_pct).astype(object)
    weeks["is_worse"] = worse.where(is_known, None)
    return weeks[list(COLUMNS)].reset_index(drop=True)


def save(estimator: Estimator | str, folder: Path) -> Path:
    """Write what the registry logs as `ARTIFACT`: trees and reference, or why there are none.

    A pickle of the fitted estimator would run whatever it holds when it is read, and break with the
    next release of what it was made of; the trees are numbers.

    Parameters
    ----------
    estimator : Estimator or str
        What `fit_reference` returned.
    folder : Path

    Returns
    -------
    Path
    """
    kept = {"reason": estimator, "reference": None, "trees": None}
    if isinstance(estimator, Estimator):
        reference = estimator.reference.assign(day=estimator.reference["day"].astype(str))
        kept = {"reason": None, "reference": reference.to_dict(orient="list")}
        kept["trees"] = estimator.trees
    file = folder / Path(ARTIFACT).name
    file.write_text(json.dumps(kept), encoding="utf-8")
    return file


def load(file: Path) -> Estimator | str:
    """Give back what `save` was given.

    Parameters
    ----------
    file : Path

    Returns
    -------
    Estimator or str
    """
    kept = json.loads(Path(file).read_text(encoding="utf-8"))
    if kept["reason"] is not None:
        return kept["reason"]
    reference = pd.DataFrame(kept["reference"])
    if not kept.get("trees"):  # of an earlier release, or an erasure took rows away
        return fit_reference(reference.rename(columns={"day": "race_date"}))
    inputs = tuple(column for column in INPUTS if column in reference)
    return _estimator(kept["trees"], reference.assign(day=pd.to_datetime(reference["day"])), inputs)


def _by_week(estimator: Estimator, rows: pd.DataFrame) -> pd.Series:
    """Estimated mean absolute error per week, per cent."""
    known = _numbers(rows, estimator.inputs)
    errors = 100 * follow(estimator.trees, known)
    return pd.Series(errors, index=rows.index).groupby(rows["week"]).mean()


def follow(trees: dict, X: pd.DataFrame) -> np.ndarray:
    """Sum of the leaves that each row falls into.

    Parameters
    ----------
    trees : dict
        What LightGBM's ``dump_model`` wrote, of trees that split by numbers.
    X : DataFrame of shape (n, n_columns)
        Numbers; may be missing.

    Returns
    -------
    ndarray of shape (n,)
    """
    values = X[trees["feature_names"]].to_numpy(dtype=float)
    total = np.zeros(len(values))
    for tree in trees["tree_info"]:
        waiting = [(tree["tree_structure"], np.arange(len(values)))]
        while waiting:
            node, rows = waiting.pop()
            if "leaf_value" in node:
                total[rows] += node["leaf_value"]
                continue
            column = values[rows, node["split_feature"]]
            missing = np.isnan(column)
            if node["missing_type"] != "NaN":  # none was missing at the fit: it is 0
                column, missing = np.nan_to_num(column), np.zeros(len(column), dtype=bool)
            left = np.where(missing, node["default_left"], column <= node["threshold"])
            waiting += [(node["left_child"], rows[left]), (node["right_child"], rows[~left])]
    return total


def _numbers(rows: pd.DataFrame, inputs) -> pd.DataFrame:
    return rows[[*inputs, "predicted_time_s"]].astype(float)
