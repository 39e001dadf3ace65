"""Train, register and, if the gate is passed, promote. Returns the run's receipt."""

import hashlib
import os
from datetime import UTC, datetime

import pandas as pd

from stride.racetime import registry
from stride.racetime.model import FEATURES, RaceTimeModel

RECEIPT = {
    "model_name": "string",
    "model_version": "string",
    "model_role": "string",
    "run_id": "string",
    "data_fingerprint": "string",
    "training_races": "bigint",
    "is_gate_passed": "boolean",
    "champion_version": "string",
    "champion_run_id": "string",
    "code_commit": "string",
    "trained_at": "timestamp",
}


def train(races: pd.DataFrame, gate: pd.DataFrame, *, model_name: str) -> pd.DataFrame:
    """Fit the model on all usable races and register it.

    The same races give the same version: a second run finds the first one's by the fingerprint
    of the data and trains nothing. A version that fails the gate stays a challenger.

    Parameters
    ----------
    races : DataFrame
        `training.training_set`.
    gate : DataFrame
        `training.gate_results`, measured forward in time.
    model_name : str
        Name in the registry, ``catalog.schema.model``.

    Returns
    -------
    DataFrame of one row
        The columns of `RECEIPT`. ``model_version`` is null if there was no race to train on;
        ``champion_version`` is the version to score with, null if no champion stands.
    """
    races = races[races["unused_reason"].isna()].sort_values(["race_date", "race_id"])
    client = registry.connect()
    is_passed = len(gate) > 0 and bool(gate["is_passed"].all())
    receipt = dict.fromkeys(RECEIPT) | {
        "model_name": model_name,
        "training_races": len(races),
        "is_gate_passed": is_passed,
        "code_commit": os.environ.get("STRIDE_CODE_COMMIT", "unknown"),
        "trained_at": datetime.now(UTC),
    }
    if len(races):
        receipt["data_fingerprint"] = fingerprint(races)
        version = registry.find(client, model_name, receipt["data_fingerprint"])
        if version is None:
            model = RaceTimeModel().fit(races[FEATURES], races["race_time_s"])
            version = registry.register(
                client,
                model_name,
                model,
                races[FEATURES].head(20),
                tags={key: receipt[key] for key in ("data_fingerprint", "code_commit")},
                metrics=gate.dropna(subset="metric_value")
                .set_index("metric")["metric_value"]
                .to_dict(),
            )
        registry.challenge(client, model_name, version)
        if is_passed:
            registry.promote(client, model_name, version)
        receipt |= {
            "model_version": version.number,
            "run_id": version.run_id,
            "model_role": registry.CHAMPION if is_passed else registry.CHALLENGER,
        }
    champion = registry.by_alias(client, model_name, registry.CHAMPION)
    if champion is not None:
        receipt |= {"champion_version": champion.number, "champion_run_id": champion.run_id}
    return pd.DataFrame([receipt])


def fingerprint(races: pd.DataFrame) -> str:
    """Hash of what the model learns from and how: equal data, equal hash.

    Parameters
    ----------
    races : DataFrame
        Usable rows in a fixed order.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    # Ten digits: sums of the two engines differ in the last bits, and that is no other data.
    table = races[["race_id", *FEATURES, "race_time_s"]].to_csv(index=False, float_format="%.10g")
    settings = repr(sorted(RaceTimeModel().get_params().items()))
    return hashlib.sha256(f"{settings}\n{table}".encode()).hexdigest()
