"""What a training run keeps beside the model, for whoever asks later why it is as it is."""

import functools
import json
import tempfile
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import pandas as pd

from stride.plural import counted
from stride.racetime import explain, paired
from stride.racetime.model_card import model_card
from stride.racetime.registry import BACKGROUND

IMPORTANCE = "explain/feature_importance.parquet"
IMPORTANCE_COLUMNS = {
    "model_name": "string",
    "model_version": "string",
    "feature_group": "string",
    "mean_abs_shap": "double",
    "effect_pct": "double",
    "importance_rank": "bigint",
}
_METRICS = (
    "races",
    "refused_races",
    "mae_s",
    "mape_pct",
    "bias_pct",
    "interval_coverage_pct",
    "interval_score_pct",
    "baseline_mape_pct",
    "skill_pct",
    "hardest_skill_pct",
)
_EXPLAINED = 500
"""Races whose forecasts are explained for the plot and the table; more tell no more."""


def log_inputs(versions: dict[str, int | None], fingerprint: str) -> None:
    """Name, in the active run, the tables that it read.

    Parameters
    ----------
    versions : dict of str to int or None
        Version of each table, where the engine keeps versions.
    fingerprint : str
        Of the data that was learned from; stands in for a version.
    """
    import mlflow
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    for table, version in versions.items():
        if version is None:
            source, digest = CodeDatasetSource({"mlflow.source.name": table}), fingerprint[:32]
        else:
            source = DeltaDatasetSource(delta_table_name=table, delta_table_version=version)
            digest = str(version)
        mlflow.log_input(MetaDataset(source, name=table, digest=digest), context="training")


def metrics(evaluation: pd.DataFrame) -> dict[str, float]:
    """The numbers of the backtest as MLflow takes them: ``mape_pct.walk_forward.10k``.

    Parameters
    ----------
    evaluation : DataFrame
        `training.model_evaluation` of one candidate.

    Returns
    -------
    dict of str to float
        What could not be measured is left out.

    Examples
    --------
    >>> metrics(pd.DataFrame({"scope": ["all", "10k"], "races": [3, 0], "mape_pct": [4.0, None]}))
    {'races.all': 3.0, 'races.10k': 0.0, 'mape_pct.all': 4.0}
    """
    found = {}
    # A registry takes a thousand numbers at a time; the whole table is an artifact.
    evaluation = evaluation[[c for c in evaluation if c in _METRICS or c in ("protocol", "scope")]]
    keys = [key for key in ("protocol", "scope") if key in evaluation]
    for column in evaluation.select_dtypes(include="number"):
        for _, row in evaluation.iterrows():
            if pd.notna(row[column]) and np.isfinite(float(row[column])):
                found[".".join([column, *(str(row[key]) for key in keys)])] = float(row[column])
    return found


def log_artifacts(model, races, all_races, backtest, evaluation, gate, facts: dict) -> None:
    """Write and log everything but the model itself to the active MLflow run.

    Parameters
    ----------
    model : RaceTimeModel
        Fitted on ``races``.
    races, all_races : DataFrame
        Rows trained on, and all of `training.training_set`.
    backtest : DataFrame
        The candidate's rows of `training.backtest_predictions`.
    evaluation, gate : DataFrame
        `training.model_evaluation` of all candidates, `training.gate_results`.
    facts : dict
        For the model card; ``candidate`` is the kind of ``model``.
    """
    import mlflow

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("evaluation", "explain", "monitoring", "environment"):
            (folder / part).mkdir()
        evaluation.to_csv(folder / "evaluation" / "model_evaluation.csv", index=False)
        gate.to_csv(folder / "evaluation" / "gate_results.csv", index=False)
        paired.errors(backtest).to_parquet(folder / paired.ERRORS, index=False)
        importance = _explain(model, races, folder)
        monitor = _monitor(all_races, backtest, folder)
        card = model_card(
            races,
            all_races["unused_reason"].dropna().value_counts(),
            evaluation,
            backtest,
            gate,
            importance,
            facts | {"monitor": monitor},
        )
        (folder / "model_card.md").write_text(card, encoding="utf-8")
        (folder / "environment" / "requirements.txt").write_text(_environment(), encoding="utf-8")
        mlflow.log_artifacts(str(folder))


def importance(receipt: pd.DataFrame) -> pd.DataFrame:
    """What moves the forecasts of the version that a run trained.

    Parameters
    ----------
    receipt : DataFrame of one row
        What `train.train` returned.

    Returns
    -------
    DataFrame
        The columns of `IMPORTANCE_COLUMNS`, one row per group of inputs; empty if nothing was
        trained, or the registry can't be reached.
    """
    from stride.racetime import registry

    trained = receipt.iloc[0]
    table = None
    if trained["outcome"] != "not_due" and pd.notna(trained["model_version"]):
        registry.connect()
        version = registry.Version(trained["model_version"], trained["run_id"])
        table = registry.read_table(version, IMPORTANCE)
    if table is None:
        return pd.DataFrame(columns=list(IMPORTANCE_COLUMNS))
    names = {key: trained[key] for key in ("model_name", "model_version")}
    return table.assign(**names)[list(IMPORTANCE_COLUMNS)]


def _explain(model, races: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Shapley values over the training set: table, values and plot."""
    background = explain.typical_runners(races)
    background.to_parquet(folder / BACKGROUND, index=False)
    asked = races.iloc[np.linspace(0, len(races) - 1, min(len(races), _EXPLAINED)).astype(int)]
    shares = explain.shapley(model, asked, background)
    table = explain.importance(shares)
    table.to_parquet(folder / IMPORTANCE, index=False)
    shares.to_parquet(folder / "explain" / "shap_values.parquet", index=False)
    _plot(shares, folder / "explain" / "shap_summary.png")
    return table


def _plot(shares: pd.DataFrame, file: Path) -> None:
    """SHAP's beeswarm, drawn off screen and apart from other figures; none without SHAP."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    try:
        import shap
    except ImportError:
        return

    figure = plt.figure()
    values = 100 * np.expm1(shares.to_numpy())
    shap.plots.beeswarm(
        shap.Explanation(values, data=values, feature_names=list(shares)),
        show=False,
        color_bar=False,
    )
    plt.xlabel("effect on the forecast, % (left: faster)")
    figure.savefig(file, dpi=120, bbox_inches="tight")
    plt.close(figure)


def _monitor(all_races: pd.DataFrame, backtest: pd.DataFrame, folder: Path) -> str:
    """The estimator of this version's errors with its reference, or why there is none."""
    from stride.monitoring.estimated_performance import fit_reference, reference_rows, save

    reference = reference_rows(all_races, backtest)
    reference.drop(columns="race_date").to_parquet(
        folder / "monitoring" / "reference.parquet", index=False
    )
    fitted = fit_reference(reference)
    save(fitted, folder / "monitoring")
    reason = fitted if isinstance(fitted, str) else None
    state = {"reference_races": len(reference), "is_estimable": reason is None, "reason": reason}
    (folder / "monitoring" / "dle_estimator.json").write_text(json.dumps(state), encoding="utf-8")
    return reason or f"estimated from {counted(len(reference), 'forecast')} made forward in time."


@functools.cache
def _environment() -> str:
    """Every installed package with its version: what the run ran with."""
    installed = {f"{d.metadata['Name'].lower()}=={d.version}" for d in distributions()}
    return "\n".join(sorted(installed)) + "\n"
