"""Train the chosen candidate when training is due, register it, and decide who is champion.

The gate and the paired test decide; `train` returns the receipt. Where the registry can't be used,
training is left out and the build goes on.
"""

import hashlib
import logging

import numpy as np
import pandas as pd

from stride import clock
from stride.plural import counted
from stride.racetime.model import CORRECTED, FEATURES, RaceTimeModel
from stride.racetime.model_code import digest
from stride.racetime.paired import errors, judged_rows
from stride.racetime.specification import canonical

RECEIPT = {
    "model_name": "string",
    "model_version": "string",
    "model_role": "string",
    "candidate": "string",
    "run_id": "string",
    "outcome": "string",
    "outcome_reason": "string",
    "data_fingerprint": "string",
    "training_races": "bigint",
    "training_athletes": "bigint",
    "first_race_date": "date",
    "last_race_date": "date",
    "is_gate_passed": "boolean",
    "backtest_mape_pct": "double",
    "champion_version": "string",
    "champion_run_id": "string",
    "trained_on": "date",
    "training_reasons": "string",
    "code_commit": "string",
    "code_digest": "string",
    "trained_at": "timestamp",
}

NOT_DUE, NO_RACES, UNREACHABLE = "not_due", "no_races", "registry_unreachable"
GATE_OUTDATED = "gate_outdated"
PROMOTED, KEPT, REJECTED = "promoted", "kept_champion", "gate_failed"

_log = logging.getLogger(__name__)


def train(
    races: pd.DataFrame,
    gate: pd.DataFrame,
    evaluation: pd.DataFrame,
    backtest: pd.DataFrame,
    decision: pd.DataFrame,
    *,
    model_name: str,
    specification: str | None = None,
    code_commit: str | None = None,
    inputs: dict[str, int | None] | None = None,
) -> pd.DataFrame:
    """Fit the chosen candidate on all usable races and register it, if that is due.

    The same races and code give the same version: a second run finds the first one's by their
    fingerprint. Nothing is trained where the gate measured another candidate, other races or other
    code. A version becomes champion if it passes the gate and `paired.compare` lets it take the
    champion's place; else it stays a challenger.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.
    gate : DataFrame
        `training.gate_results`.
    evaluation, backtest : DataFrame
        What `evaluation.evaluate` and `backtest.backtest_and_choose` returned.
    decision : DataFrame of one row
        `training.int_training_due`.
    model_name : str
        Name in the registry, ``catalog.schema.model``.
    specification : str, optional
        The var ``feature_specification`` as JSON: the version carries it.
    code_commit : str, optional
        Commit of the code: receipt and version carry it.
    inputs : dict, optional
        Version of each table that is read, where the engine keeps versions: the run names them.

    Returns
    -------
    DataFrame of one row
        The columns of `RECEIPT`. ``outcome`` is ``promoted``, ``kept_champion``, ``gate_failed``,
        ``gate_outdated``, ``no_races``, ``registry_unreachable`` or ``not_due``,
        ``outcome_reason`` the sentence to it.
    """
    due = decision.iloc[0]
    usable = races[races["unused_reason"].isna()].sort_values(["race_date", "race_id"])
    receipt = dict.fromkeys(RECEIPT) | {
        "model_name": model_name,
        "trained_on": due["decided_on"],
        "training_reasons": due["reasons"],
        "code_commit": code_commit or "unknown",
        "code_digest": digest(),
        "trained_at": clock.now(),
    }
    if not due["should_train"]:
        receipt |= {"outcome": NOT_DUE, "outcome_reason": due["reasons"]}
        receipt |= {"model_version": due["standing_version"], "run_id": due["standing_run_id"]}
        return pd.DataFrame([receipt])
    if usable.empty:
        receipt |= {"outcome": NO_RACES, "training_races": 0}
        receipt["outcome_reason"] = "There is no race to train on: stage 1 forecasts alone."
        return pd.DataFrame([receipt])
    own = judged_rows(backtest)
    receipt |= _facts(usable, own, gate)
    if not _is_bound(receipt["data_fingerprint"], own, gate):
        receipt |= {"outcome": GATE_OUTDATED, "outcome_reason": _OUTDATED}
        return pd.DataFrame([receipt])
    specification = canonical(specification) if specification else None
    made_of = {"specification": specification, "inputs": inputs or {}}
    receipt |= _registered(races, usable, gate, evaluation, own, receipt, **made_of)
    return pd.DataFrame([receipt])


_OUTDATED = (
    "The gate's results are of other races, another candidate or other code: nothing was trained. "
    "Build with --selector training."
)


def _facts(usable: pd.DataFrame, own: pd.DataFrame, gate: pd.DataFrame) -> dict:
    """What is known before training: of the chosen candidate, its races and its gate."""
    candidate = own["candidate"].iloc[0] if len(own) else CORRECTED
    return {
        "candidate": candidate,
        "data_fingerprint": fingerprint(usable, candidate),
        "training_races": len(usable),
        "training_athletes": usable["athlete_id"].nunique(),
        "first_race_date": usable["race_date"].min(),
        "last_race_date": usable["race_date"].max(),
        "is_gate_passed": len(gate) > 0 and bool(gate["is_passed"].all()),
        "backtest_mape_pct": float(errors(own)["error_pct"].mean()),
    }


def _is_bound(wanted: str, own: pd.DataFrame, gate: pd.DataFrame) -> bool:
    """Whether backtest and gate measured exactly the candidate that is to be trained."""
    return {*own["data_fingerprint"], *gate["data_fingerprint"]} == {wanted}


def _registered(
    races, usable, gate, evaluation, backtest, receipt: dict, *, specification, inputs
) -> dict:
    """What the registry adds to the receipt; the outcome says so if it can't be used."""
    from stride.racetime import registry

    try:
        client = registry.connect(receipt["model_name"])
        with registry.alone():
            name = receipt["model_name"]
            version = registry.find(client, name, receipt["data_fingerprint"], specification)
            if version is None:
                carried = {"feature_specification": specification} if specification else {}
                measured = (gate, evaluation, backtest, receipt)
                version = _fit(client, races, usable, *measured, carried=carried, inputs=inputs)
            said = _judge(client, version, gate, backtest, receipt, specification)
            champion = registry.by_alias(client, name, registry.CHAMPION)
    except Exception as problem:
        if not registry.is_of_registry(problem):
            raise
        _log.warning("Not trained, the champion stays: %s", problem)
        return {"outcome": UNREACHABLE, "outcome_reason": str(problem).splitlines()[0][:500]}
    if champion is not None:
        said |= {"champion_version": champion.number, "champion_run_id": champion.run_id}
    is_champion = champion == version
    role = registry.CHAMPION if is_champion else registry.CHALLENGER
    return said | {"model_version": version.number, "run_id": version.run_id, "model_role": role}


def _fit(client, races, usable, gate, evaluation, backtest, receipt: dict, *, carried, inputs):
    """Fit, log everything of the run, register. The run fails if the gate did."""
    import mlflow

    from stride.racetime import registry
    from stride.racetime.run_artifacts import log_artifacts, log_inputs, metrics

    keys = ("data_fingerprint", "code_commit", "is_gate_passed", "training_reasons")
    keys += ("candidate", "training_races")
    tags = {key: str(receipt[key]) for key in keys} | carried
    facts = {key: receipt[key] for key in ("data_fingerprint", "code_commit", "candidate")}
    facts |= {"trained_on": str(receipt["trained_on"])[:10], "reasons": receipt["training_reasons"]}
    with mlflow.start_run(tags={f"stride.{key}": value for key, value in tags.items()}) as run:
        model = RaceTimeModel(receipt["candidate"]).fit(
            usable[FEATURES], usable["race_time_s"], groups=usable["athlete_id"]
        )
        mlflow.log_params(model.get_params())
        log_inputs(inputs, receipt["data_fingerprint"])
        mlflow.log_metrics(metrics(evaluation[evaluation["candidate"] == receipt["candidate"]]))
        log_artifacts(model, usable, races, backtest, evaluation, gate, facts)
        info = registry.log_model(model, usable[FEATURES].head(20))
    if not receipt["is_gate_passed"]:
        client.set_terminated(run.info.run_id, "FAILED")
    return registry.register(client, receipt["model_name"], info, run.info.run_id, tags)


def _judge(
    client, version, gate: pd.DataFrame, backtest: pd.DataFrame, receipt: dict, specification
) -> dict:
    """Move the champion's alias if the evidence says so; record the decision either way."""
    from stride.racetime import decisions, paired, registry

    name, on = receipt["model_name"], receipt["trained_on"]
    champion = registry.by_alias(client, name, registry.CHAMPION)
    if champion == version:
        return {"outcome": PROMOTED, "outcome_reason": "It is the champion already."}
    registry.challenge(client, name, version)
    evidence = {"gate": {row.criterion: _number(row) for row in gate.itertuples()}}
    keep = {"evidence": evidence, "decided_on": on}
    if not receipt["is_gate_passed"]:
        failed = gate.loc[~gate["is_passed"].astype(bool), "criterion"].tolist()
        why = f"The gate failed: {', '.join(failed) or 'nothing was measured'}."
        decisions.keep(client, name, version, action="reject", why=why, **keep)
        return {"outcome": REJECTED, "outcome_reason": why}
    if decisions.ROLLED_BACK in registry.tags(client, name, version.number):
        why = "It passed the gate, but was rolled back: only stride promote brings it back."
        decisions.keep(client, name, version, action="keep", why=why, **keep)
        return {"outcome": KEPT, "outcome_reason": why}
    why = "It passed the gate, and there was no champion."
    if champion is not None and not registry.is_usable(name, champion.number, specification):
        why = f"It passed the gate, and champion {champion.number} can't be loaded."
    elif champion is not None:
        learned = int(registry.tags(client, name, champion.number).get("training_races", 0))
        old = registry.read_table(champion, paired.ERRORS)
        test = paired.compare(errors(backtest), old, receipt["training_races"] > learned)
        evidence["paired_test"] = test
        why = _in_words(test, champion.number)
        if not test["is_beaten"]:
            decisions.keep(client, name, version, action="keep", why=why, **keep)
            return {"outcome": KEPT, "outcome_reason": why}
    decisions.promote(client, name, version, by=decisions.GATE, why=why, **keep)
    return {"outcome": PROMOTED, "outcome_reason": why}


def _in_words(test: dict, champion: str) -> str:
    if test["verdict"] == "not_compared":
        ending = "" if test["is_beaten"] else "; `stride promote` can replace it"
        return (
            f"It passed the gate; it could not be compared with champion {champion}: "
            f"{test['note']}{ending}."
        )
    numbers = (
        f"{test['candidate_mape_pct']:.2f} % beside {test['champion_mape_pct']:.2f} % mean error "
        f"on {counted(test['shared_races'], 'race')}"
    )
    said = f"It passed the gate; against champion {champion} it has {numbers}, "
    if test["verdict"] == "better":
        return said + "better beyond noise."
    if test["verdict"] == "worse":
        return said + "and is worse beyond noise in error, interval or refusals."
    if test["has_more_races"]:
        return said + "a draw, and it learned from more races."
    if test["is_beaten"]:
        return said + "a draw, and the champion learned from athletes who are gone."
    return said + "a draw, and it did not learn from more races."


def _number(row) -> float | None:
    value = float(row.metric_value) if row.metric_value is not None else float("nan")
    return round(value, 6) if np.isfinite(value) else None


def fingerprint(races: pd.DataFrame, candidate: str = CORRECTED) -> str:
    """Hash of what a candidate learns from and how: equal data and code, equal hash.

    Parameters
    ----------
    races : DataFrame
        Usable rows of `training.training_set`, in any order.
    candidate : str
        One of `model.CANDIDATES`.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    # Ten digits: sums of the two engines differ in the last bits, and that is no other data.
    races = races.sort_values(["race_date", "race_id"])
    table = races[["race_id", "athlete_id", *FEATURES, "race_time_s"]].to_csv(
        index=False, float_format="%.10g"
    )
    settings = f"{sorted(RaceTimeModel(candidate).get_params().items())!r}\n{digest()}"
    return hashlib.sha256(f"{settings}\n{table}".encode()).hexdigest()
