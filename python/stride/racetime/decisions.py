"""Which version speaks, and why: moves the champion's alias and keeps every decision.

A decision is an MLflow run in an experiment of its own, next to the aliases that it moves: durable,
on this machine as on Databricks, and writable from wherever `stride promote` is called. The run is
opened before the first alias moves and closed after the last, so whoever comes next sees what was
left half done and finishes it: `settle`. Call all but `read` while holding `registry.alone`.
"""

import getpass
import json
import os
from datetime import UTC, datetime

import pandas as pd

from stride import clock
from stride.racetime import registry
from stride.racetime.registry import CHALLENGER, CHAMPION, PREVIOUS, RegistryError, Version

GATE = "gate"
"""Who decided, where no human did."""

COLUMNS = {
    "decision_id": "string",
    "decided_at": "timestamp",
    "decided_on": "date",
    "action": "string",
    "decided_by": "string",
    "why": "string",
    "model_name": "string",
    "from_version": "string",
    "to_version": "string",
    "evidence": "string",
    "data_fingerprint": "string",
    "code_commit": "string",
    "is_done": "boolean",
}

ROLLED_BACK = "rolled_back"
"""Tag of a version that a rollback took down: the gate does not bring it back."""

_LONGEST_WHY = 1000


def promote(
    client,
    model_name: str,
    version: Version,
    *,
    by: str,
    why: str,
    evidence: dict | None = None,
    decided_on=None,
    action: str = "promote",
) -> bool:
    """Make ``version`` the champion and remember the one before; safe to repeat.

    Parameters
    ----------
    client : mlflow.MlflowClient
    model_name : str
    version : Version
    by, why : str
        Who decided, and the reason.
    evidence : dict, optional
        What the decision rests on; kept as JSON.
    decided_on : date, optional
        The day that the pipeline stood on; default: today, UTC.
    action : {"promote", "rollback"}

    Returns
    -------
    bool
        False if it was the champion already; then nothing is recorded.
    """
    settle(client, model_name)
    before = registry.by_alias(client, model_name, CHAMPION)
    if before == version:
        return False
    run_id = _open(client, model_name, action, by, why, before, version, evidence, decided_on)
    _move(client, model_name, before, version)
    client.set_terminated(run_id, "FINISHED")
    return True


def keep(
    client,
    model_name: str,
    version: Version,
    *,
    action: str,
    why: str,
    evidence: dict | None = None,
    decided_on=None,
) -> None:
    """Record that the gate left things as they are.

    Parameters
    ----------
    client : mlflow.MlflowClient
    model_name : str
    version : Version
        The candidate.
    action : {"reject", "keep"}
        It failed the gate, or it passed and did not beat the champion.
    why : str
    evidence : dict, optional
    decided_on : date, optional
    """
    champion = registry.by_alias(client, model_name, CHAMPION)
    run_id = _open(client, model_name, action, GATE, why, champion, version, evidence, decided_on)
    client.set_terminated(run_id, "FINISHED")


def rollback(client, model_name: str, *, by: str, why: str) -> Version:
    """Make the version before the champion the champion again.

    Returns
    -------
    Version
        Who is champion now.

    Raises
    ------
    RegistryError
        If there is no earlier champion, or it can't be loaded.
    """
    settle(client, model_name)
    champion = registry.by_alias(client, model_name, CHAMPION)
    previous = registry.by_alias(client, model_name, PREVIOUS)
    if previous is None or previous == champion:
        raise RegistryError(f"There is no champion of {model_name} before this one.")
    registry.load(model_name, previous.number)
    if champion is not None:
        registry.tag(client, model_name, champion.number, ROLLED_BACK, why[:_LONGEST_WHY])
    promote(client, model_name, previous, by=by, why=why, action="rollback")
    return previous


def settle(client, model_name: str) -> None:
    """Finish, or close as not done, what a killed process left open."""
    for run in _runs(client, model_name):
        if run.info.status != "RUNNING":
            continue
        written = _written(run)
        champion = registry.by_alias(client, model_name, CHAMPION)
        is_done = champion is not None and champion.number == written["to_version"]
        if is_done:
            before = written["from_version"]
            _move(
                client,
                model_name,
                registry.by_number(client, model_name, before) if before else None,
                champion,
            )
        client.set_terminated(run.info.run_id, "FINISHED" if is_done else "KILLED")


def read(model_name: str) -> pd.DataFrame:
    """Every decision so far.

    Parameters
    ----------
    model_name : str

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, oldest first; ``is_done`` is false where a process was killed
        before it had moved the alias. Empty if the registry can't be reached.
    """
    try:
        client = registry.connect(model_name)
        with registry.alone():
            settle(client, model_name)
            rows = [
                _written(run)
                | {
                    "decision_id": run.info.run_id,
                    "decided_at": datetime.fromtimestamp(run.info.start_time / 1000, UTC),
                    "is_done": run.info.status == "FINISHED",
                }
                for run in _runs(client, model_name)
            ]
    except Exception as problem:
        if not registry.is_of_registry(problem):
            raise
        rows = []
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(
        decided_at=pd.to_datetime(frame["decided_at"], utc=True),
        decided_on=pd.to_datetime(frame["decided_on"]),
        is_done=frame["is_done"].astype("boolean"),
    )


def user() -> str:
    """Who calls: ``STRIDE_USER``, or the name this machine knows."""
    try:
        return os.environ.get("STRIDE_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return "unknown"


def _move(client, model_name: str, before: Version | None, version: Version) -> None:
    """Champion first: whenever it stops, one version is champion, and `settle` does the rest."""
    client.set_registered_model_alias(model_name, CHAMPION, version.number)
    if before is not None and before != version:
        client.set_registered_model_alias(model_name, PREVIOUS, before.number)
    if registry.by_alias(client, model_name, CHALLENGER) == version:
        client.delete_registered_model_alias(model_name, CHALLENGER)


def _open(client, model_name, action, by, why, before, version, evidence, decided_on) -> str:
    tags = registry.tags(client, model_name, version.number)
    decision = {
        "action": action,
        "decided_by": by,
        "decided_on": str(pd.Timestamp(decided_on or clock.now()).date()),
        "why": why[:_LONGEST_WHY],
        "model_name": model_name,
        "from_version": before.number if before else "",
        "to_version": version.number,
        "evidence": json.dumps(evidence or {}, sort_keys=True),
        "data_fingerprint": tags.get("data_fingerprint", ""),
        "code_commit": os.environ.get("STRIDE_CODE_COMMIT", "unknown"),
    }
    run = client.create_run(
        _experiment(client, model_name),
        tags={f"stride.{key}": value for key, value in decision.items()},
        run_name=f"{action} {version.number}",
    )
    return run.info.run_id


def _experiment(client, model_name: str) -> str:
    return registry.experiment(client, f"{registry.experiment_of(model_name)}-decisions")


def _runs(client, model_name: str) -> list:
    """All decisions on a model, oldest first."""
    page, found = None, []
    while True:
        page = client.search_runs(
            [_experiment(client, model_name)],
            filter_string=f"tags.`stride.model_name` = '{model_name}'",
            order_by=["attributes.start_time ASC"],
            page_token=page.token if page else None,
        )
        found += page
        if not page.token:
            return found


def _written(run) -> dict:
    written = {
        key.removeprefix("stride."): value
        for key, value in run.data.tags.items()
        if key.startswith("stride.")
    }
    return {key: value or None for key, value in written.items()}
