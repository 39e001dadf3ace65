"""The model registry: MLflow, by default one SQLite file and a folder below ``STRIDE_HOME``.

``MLFLOW_TRACKING_URI`` points it elsewhere; on Databricks it is the workspace's own.
"""

import logging
import os
from typing import NamedTuple

from stride import paths

EXPERIMENT = "/Shared/stride-race-time"
"""Databricks wants a path of its workspace; elsewhere it is a name like any other."""

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous_champion"
_FINGERPRINT = "stride.data_fingerprint"
TRUSTED = ["numpy.dtype", "stride.racetime.model.RaceTimeModel"]
"""Classes that a stored model may hold beside scikit-learn's; any other is refused on loading."""


class Version(NamedTuple):
    """A registered model version."""

    number: str
    run_id: str


def connect():
    """Import MLflow quietly and return a client of the registry.

    MLflow takes seconds to import, so only who needs it calls this.

    Returns
    -------
    mlflow.MlflowClient
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    own = "MLFLOW_TRACKING_URI" not in os.environ and "DATABRICKS_RUNTIME_VERSION" not in os.environ
    if own:
        home = paths.home().resolve()
        home.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(f"sqlite:///{home}/mlflow.db")
    client = mlflow.MlflowClient()
    if client.get_experiment_by_name(EXPERIMENT) is None:
        # Without a place of its own MLflow would write beside the working directory.
        place = (home / "mlflow-artifacts").as_uri() if own else None
        client.create_experiment(EXPERIMENT, artifact_location=place)
    mlflow.set_experiment(EXPERIMENT)
    return client


def find(client, model_name: str, fingerprint: str) -> Version | None:
    """The latest version that was trained on exactly this data, if there is one."""
    found = client.search_model_versions(f"name = '{model_name}'")
    for number in sorted((int(version.version) for version in found), reverse=True):
        # Unity Catalog's search leaves the tags out.
        version = client.get_model_version(model_name, str(number))
        if version.tags.get(_FINGERPRINT) == fingerprint:
            return Version(str(number), version.run_id)
    return None


def register(client, model_name: str, model, example, tags: dict, metrics: dict) -> Version:
    """Log a fitted model as a run and register it as a new version.

    Parameters
    ----------
    client : mlflow.MlflowClient
    model_name : str
        ``catalog.schema.model``.
    model : RaceTimeModel
        Fitted.
    example : DataFrame
        Rows of the training inputs; their types become the signature.
    tags : dict
        Written on the version; must hold ``data_fingerprint``.
    metrics : dict of str to float
        Of the backtest, never of the training data.

    Returns
    -------
    Version
    """
    import mlflow
    import sklearn

    tags = {f"stride.{key}": str(value) for key, value in tags.items()}
    with mlflow.start_run(tags=tags) as run:
        mlflow.log_params(model.get_params())
        mlflow.log_metrics(metrics)
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            serialization_format="skops",
            skops_trusted_types=TRUSTED,
            signature=mlflow.models.infer_signature(example, model.predict(example)),
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
        )
    try:
        client.create_registered_model(model_name)
    except mlflow.MlflowException as problem:
        if problem.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    registered = client.create_model_version(
        model_name, info.model_uri, run.info.run_id, tags=tags, model_id=info.model_id
    )
    return Version(str(registered.version), run.info.run_id)


def by_alias(client, model_name: str, alias: str) -> Version | None:
    """The version an alias points at, or None."""
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_model_version_by_alias(model_name, alias)
    except MlflowException:
        return None
    return Version(str(version.version), version.run_id)


def promote(client, model_name: str, version: Version) -> None:
    """Make ``version`` the champion and remember the one before; safe to repeat."""
    before = by_alias(client, model_name, CHAMPION)
    if before == version:
        return
    # In this order a kill in between loses neither: the next run does both again.
    if before is not None:
        client.set_registered_model_alias(model_name, PREVIOUS, before.number)
    client.set_registered_model_alias(model_name, CHAMPION, version.number)


def challenge(client, model_name: str, version: Version) -> None:
    """Mark ``version`` as the latest candidate."""
    client.set_registered_model_alias(model_name, CHALLENGER, version.number)


def load(model_name: str, number: str):
    """Load one version, by number: an alias may move while a run is under way."""
    import mlflow

    return mlflow.sklearn.load_model(f"models:/{model_name}/{number}")
