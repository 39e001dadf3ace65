"""The model registry: MLflow, by default one SQLite file and a folder below ``STRIDE_HOME``.

``MLFLOW_TRACKING_URI`` points it elsewhere; on Databricks it is the workspace's own, with models in
Unity Catalog. Which version speaks is said by aliases alone; `stride.racetime.decisions` moves
them.
"""

import logging
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from stride import paths
from stride.errors import StrideError
from stride.racetime import registry_file
from stride.racetime.registry_file import RegistryFile

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous_champion"
BACKGROUND = "explain/background.parquet"
"""Artifact of a run: the rows that its reasons compare with."""

_TAG = "stride."
_FINGERPRINT = f"{_TAG}data_fingerprint"
_PATIENCE_S = 900.0
"""How long one trainer waits for another; training takes minutes at most."""


class RegistryError(StrideError):
    """The registry, or something in it, can't be used. The pipeline goes on without."""


class Version(NamedTuple):
    """A registered model version."""

    number: str
    run_id: str


def default_name() -> str:
    """Name of the model in the registry, ``catalog.schema.model``, as the dbt project has it."""
    if os.environ.get("STRIDE_TARGET", "local") == "local":
        return "stride.training.race_time"
    own = os.environ.get("STRIDE_SCHEMA", "default")
    schema = "training" if own == "default" else f"{own}_training"
    return f"{os.environ.get('STRIDE_CATALOG', 'stride')}.{schema}.race_time"


def experiment_of(model_name: str) -> str:
    """Experiment of a model's runs: one a catalog, so that a trial is not among production's.

    Databricks wants a path of its workspace; elsewhere it is a name like any other.
    """
    return f"/Shared/{model_name.partition('.')[0]}-race-time"


def connect(model_name: str | None = None):
    """Import MLflow quietly and return a client of the registry.

    MLflow takes seconds to import, so only who needs it calls this.

    Parameters
    ----------
    model_name : str, optional
        ``catalog.schema.model``; by default the project's own.

    Returns
    -------
    mlflow.MlflowClient

    Raises
    ------
    RegistryError
        If it can't be reached.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    # A registry that is down shall cost seconds and not the minutes of MLflow's own patience.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        if _is_own():
            home = paths.home().resolve()
            home.mkdir(parents=True, exist_ok=True)
            with suppress(sqlite3.Error):  # MLflow says what is wrong with the file
                registry_file.mend(home)
            _ours.add(f"sqlite:///{home}/mlflow.db")
            mlflow.set_tracking_uri(f"sqlite:///{home}/mlflow.db")
        elif "MLFLOW_TRACKING_URI" in os.environ:
            mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
        client = mlflow.MlflowClient()
        place = experiment_of(model_name or default_name())
        mlflow.set_experiment(experiment_id=experiment(client, place))
    except Exception as problem:
        if not is_of_registry(problem):
            raise
        if "database schema" in str(problem):
            raise RegistryError(_of_another_mlflow(mlflow.get_tracking_uri())) from problem
        raise RegistryError(
            f"The model registry at {mlflow.get_tracking_uri()} can't be reached "
            f"({_first_line(problem)}): start it, or put MLFLOW_TRACKING_URI right."
        ) from problem
    return client


def connect_to_read(model_name: str | None = None):
    """Return what `by_alias`, `tags` and the like read from, without MLflow where that is enough.

    Parameters
    ----------
    model_name : str, optional
        ``catalog.schema.model``; by default the project's own.

    Returns
    -------
    RegistryFile or mlflow.MlflowClient
        The first for the SQLite file of a home, which is read directly.

    Raises
    ------
    RegistryError
        If it can't be reached.
    """
    if _is_own():
        own = RegistryFile(paths.home())
        try:
            if own.is_readable():
                return own
        except sqlite3.Error as problem:
            raise RegistryError(
                f"The model registry {paths.home() / 'mlflow.db'} can't be read ({problem}): "
                "stride doctor says what to do."
            ) from problem
    return connect(model_name)


def _of_another_mlflow(address: str) -> str:
    """What to do about a registry whose tables are those of an earlier or later MLflow."""
    if not address.startswith("sqlite:///"):
        return (
            f"The model registry at {address.rpartition('@')[2]} was made by another MLflow: back "
            "its database up, then run mlflow db upgrade with its address."
        )
    file = address.removeprefix("sqlite:///")
    return (
        f"{file} was made by another MLflow: copy it, then run mlflow db upgrade {address}. "
        "If that knows of no such revision, a later MLflow made it: use that one."
    )


_ours: set[str] = set()
"""Addresses that `connect` set; MLflow writes them into the environment."""


def _is_own() -> bool:
    """Whether the registry is Stride's own SQLite file."""
    named = os.environ.get("MLFLOW_TRACKING_URI")
    return named in (None, *_ours) and "DATABRICKS_RUNTIME_VERSION" not in os.environ


def experiment(client, name: str) -> str:
    """Id of an experiment, which is made if it is missing."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return found.experiment_id
    # Without a place of its own MLflow would write beside the working directory.
    place = (paths.home().resolve() / "mlflow-artifacts").as_uri() if _is_own() else None
    return client.create_experiment(name, artifact_location=place)


def is_of_registry(problem: Exception) -> bool:
    """Whether an exception comes from MLflow, its database, its files or the way to it."""
    makers = ("mlflow", "sqlalchemy", "sqlite3", "requests", "urllib3", "databricks", "skops")
    return isinstance(problem, OSError | RegistryError) or any(
        kind.__module__.split(".")[0] in makers for kind in type(problem).__mro__
    )


@contextmanager
def alone(patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Hold the registry for one trainer or one promotion; a second one waits.

    MLflow has no transaction over several calls. On this machine a lock file makes up for it; a
    shared registry needs a job that runs once at a time (``max_concurrent_runs: 1``).

    Parameters
    ----------
    patience_s : float
        Seconds to wait.

    Raises
    ------
    RegistryError
        If it is still held then.
    """
    from stride.lock import take

    if not _is_own():
        yield
        return
    folder = paths.home()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".registry.lock").open("w") as lock:
        until = time.monotonic() + patience_s
        while not take(lock):
            if time.monotonic() > until:
                raise RegistryError(
                    "Another training or promotion holds the model registry: wait for it, then "
                    "run this one again."
                )
            time.sleep(0.2)
        yield


def find(
    client, model_name: str, fingerprint: str, specification: str | None = None
) -> Version | None:
    """The latest version that was trained on exactly this data and can be used, if there is one."""
    for number in reversed(numbers(client, model_name)):
        # Unity Catalog's search leaves the tags out.
        if tags(client, model_name, number).get("data_fingerprint") == fingerprint:
            version = Version(number, client.get_model_version(model_name, number).run_id)
            return version if is_usable(model_name, version.number, specification) else None
    return None


def numbers(client, model_name: str) -> list[str]:
    """Numbers of all versions, the oldest first."""
    if isinstance(client, RegistryFile):
        return client.numbers(model_name)
    found = client.search_model_versions(f"name = '{model_name}'")
    return [str(number) for number in sorted(int(version.version) for version in found)]


def tags(client, model_name: str, number: str) -> dict[str, str]:
    """What Stride wrote on a version."""
    if isinstance(client, RegistryFile):
        written = client.tags(model_name, number)
    else:
        written = client.get_model_version(model_name, number).tags
    return {key.removeprefix(_TAG): value for key, value in written.items() if _TAG in key}


def tag(client, model_name: str, number: str, key: str, value: str) -> None:
    """Write something on a version."""
    client.set_model_version_tag(model_name, number, _TAG + key, value)


def log_model(model, example):
    """Log a fitted model to the active run, with its code and with forecasts that prove it.

    Parameters
    ----------
    model : RaceTimeModel
        Fitted.
    example : DataFrame
        Rows of the inputs; their types become the signature.

    Returns
    -------
    mlflow.models.model.ModelInfo
    """
    import mlflow
    import skops.io

    from stride.racetime import stored
    from stride.racetime.model_code import pinned, staged

    with staged() as code, _same_path():  # MLflow loads what it has logged, to try the example
        examples = code.with_name(stored.EXAMPLES)
        examples.write_text(stored.forecasts_to_keep(model), encoding="utf-8")
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            serialization_format="skops",
            skops_trusted_types=stored.trusted(skops.io.dumps(model)),
            signature=_signature(example),
            input_example=example.head(5).astype(
                {column: float for column in example.select_dtypes("number")}
            ),
            code_paths=[str(code)],
            extra_files=[str(examples)],
            pip_requirements=pinned(),
        )
    return info


def register(client, model_name: str, info, run_id: str, tags: dict) -> Version:
    """Register a logged model as a new version; no alias points at it yet.

    Parameters
    ----------
    client : mlflow.MlflowClient
    model_name : str
        ``catalog.schema.model``.
    info : mlflow.models.model.ModelInfo
        What `log_model` returned.
    run_id : str
    tags : dict
        Written on the version; must hold ``data_fingerprint``.

    Returns
    -------
    Version
    """
    import mlflow
    from mlflow import MlflowException

    from stride.racetime.stored import files_fingerprint

    folder = mlflow.artifacts.download_artifacts(artifact_uri=info.model_uri)
    tags = tags | {"files_fingerprint": files_fingerprint(Path(folder))}
    try:
        client.create_registered_model(model_name)
    except MlflowException as problem:
        if problem.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    registered = client.create_model_version(
        model_name,
        info.model_uri,
        run_id,
        tags={_TAG + key: str(value) for key, value in tags.items()},
        model_id=info.model_id,
    )
    return Version(str(registered.version), run_id)


def by_alias(client, model_name: str, alias: str) -> Version | None:
    """The version an alias points at, or None."""
    if isinstance(client, RegistryFile):
        found = client.by_alias(model_name, alias)
        return Version(*found) if found else None
    from mlflow import MlflowException

    try:
        version = client.get_model_version_by_alias(model_name, alias)
    except MlflowException as problem:
        # SQLite calls an alias that is missing an invalid parameter.
        if not problem.error_code.endswith(("DOES_NOT_EXIST", "NOT_FOUND", "PARAMETER_VALUE")):
            raise
        return None
    return Version(str(version.version), version.run_id)


def by_number(client, model_name: str, number: str) -> Version:
    """One version.

    Raises
    ------
    RegistryError
        If there is none of that number.
    """
    from mlflow import MlflowException

    try:
        version = client.get_model_version(model_name, number)
    except MlflowException:
        raise RegistryError(
            f"{model_name} has no version {number}: `stride models` lists those there are."
        ) from None
    return Version(str(version.version), version.run_id)


def challenge(client, model_name: str, version: Version) -> None:
    """Mark ``version`` as the latest candidate."""
    client.set_registered_model_alias(model_name, CHALLENGER, version.number)


def load(model_name: str, number: str, specification: str | None = None):
    """Load one version, by number: an alias may move while a run is under way.

    Parameters
    ----------
    model_name : str
    number : str
    specification : str, optional
        The var ``feature_specification`` as JSON: a version that carries another one is refused.

    Returns
    -------
    RaceTimeModel or stored.CarriedModel
        The second where the installed code is not the version's own.

    Raises
    ------
    RegistryError
        If its files are gone, are not those that were registered, or can't be read; if it carries
        another specification, or can't reproduce its own forecasts.
    """
    from stride.racetime import specification as specified
    from stride.racetime import stored

    try:
        client = connect_to_read(model_name)
        carried = tags(client, model_name, number)
        if specification is not None:
            refused = specified.refusal(carried.get("feature_specification"), specification)
            if refused:
                raise StrideError(refused.rstrip("."))
        folder = _files(client, model_name, number)
        return stored.load(folder, carried.get("files_fingerprint"))
    except Exception as problem:  # a deleted file, a damaged one, a class of another release
        raise RegistryError(
            f"Version {number} of {model_name} can't be loaded ({_first_line(problem)}): forecasts "
            "come from stage 1 until `stride rollback` or the next training gives another."
        ) from problem


def _files(client, model_name: str, number: str) -> Path:
    """Folder of a version's files on this machine."""
    if isinstance(client, RegistryFile):
        folder = client.version_files(model_name, number)
        if folder is None or not folder.is_dir():
            raise RegistryError("its files are not there")
        return folder
    import mlflow

    uri = f"models:/{model_name}/{number}"
    return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri))


@contextmanager
def _same_path() -> Iterator[None]:
    """Leave the import path as it is: a version's copy of the code is for who has no Stride."""
    path = sys.path.copy()
    try:
        yield
    finally:
        sys.path[:] = path


def is_usable(model_name: str, number: str, specification: str | None = None) -> bool:
    """Whether a version can be loaded; see `load`."""
    try:
        load(model_name, number, specification)
    except RegistryError:
        return False
    return True


def background(version: Version):
    """Rows of the training set that the reasons of a version's forecasts compare with, or None.

    Returns
    -------
    DataFrame or None
    """
    return read_table(version, BACKGROUND)


def read_table(version: Version, artifact: str):
    """A table that the run of a version kept, or None if it kept none.

    Returns
    -------
    DataFrame or None
    """
    import pandas as pd

    file = download(version, artifact)
    return None if file is None else pd.read_parquet(file)


def download(version: Version, artifact: str):
    """Path of a copy of a run's artifact on this machine, or None if the run kept none."""
    client = connect_to_read()
    if isinstance(client, RegistryFile):
        return client.run_file(version.run_id, artifact)
    import mlflow

    try:
        return mlflow.artifacts.download_artifacts(run_id=version.run_id, artifact_path=artifact)
    except Exception as problem:
        if not is_of_registry(problem):
            raise
        return None


def _signature(example):
    """Numbers and texts in, any of which may be missing, and seconds out."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    numbers = set(example.select_dtypes("number"))
    columns = [
        ColSpec("double" if name in numbers else "string", name, required=False) for name in example
    ]
    return ModelSignature(Schema(columns), Schema([TensorSpec(np.dtype("float64"), (-1,))]))


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
