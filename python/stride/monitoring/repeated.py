"""Forecasts made again from logged inputs: the same version has to give the same times."""

import json

import pandas as pd

from stride.racetime import registry
from stride.racetime.score import FALLBACK, stage_1
from stride.racetime.stored import typed

COLUMNS = {
    "athlete_id": "string",
    "prediction_date": "date",
    "distance_m": "double",
    "model_version": "string",
    "model_role": "string",
    "predicted_time_s": "double",
    "lower_80_s": "double",
    "upper_80_s": "double",
    "repeated_time_s": "double",
    "repeated_lower_s": "double",
    "repeated_upper_s": "double",
    "problem": "string",
}


def repeat(sample: pd.DataFrame) -> pd.DataFrame:
    """Make logged forecasts again, each by the version that made it.

    Parameters
    ----------
    sample : DataFrame
        `monitoring.stg_repeated_sample`.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row per row of ``sample``. ``problem`` says why a version
        could not be asked; its rows have no repeated times then.
    """
    parts = [_again(rows) for _, rows in sample.groupby(["model_name", "model_version"])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _again(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.reset_index(drop=True)
    name, version = rows.loc[0, ["model_name", "model_version"]]
    again = rows.assign(repeated_time_s=None, repeated_lower_s=None, repeated_upper_s=None)
    try:
        model = stage_1() if version == FALLBACK else registry.load(name, version)
    except registry.RegistryError as problem:
        return again.assign(problem=str(problem))[list(COLUMNS)]
    inputs = [json.loads(line) for line in rows["model_inputs"]]
    made = model.predict_interval(typed({key: [row[key] for row in inputs] for key in inputs[0]}))
    again["repeated_time_s"] = made["predicted_time_s"]
    again["repeated_lower_s"] = made["lower_80_s"]
    again["repeated_upper_s"] = made["upper_80_s"]
    return again.assign(problem=None)[list(COLUMNS)]
