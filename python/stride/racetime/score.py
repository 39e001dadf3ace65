"""Forecast every athlete and standard distance with the champion, or with stage 1 alone."""

import os
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from stride.racetime import registry
from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.riegel import riegel

FALLBACK = "stage-1"
"""Model version and role when no champion stands: the prior and the last race, nothing learned."""

COLUMNS = {
    "athlete_id": "string",
    "prediction_date": "date",
    "distance_label": "string",
    "distance_m": "double",
    "predicted_time_s": "double",
    "lower_80_s": "double",
    "upper_80_s": "double",
    "baseline_time_s": "double",
    "support": "string",
    "feature_date": "date",
    "days_of_history": "bigint",
    "ctl": "double",
    "atl": "double",
    "tsb": "double",
    "acwr": "double",
    "run_distance_7d_m": "double",
    "run_distance_28d_m": "double",
    "run_distance_84d_m": "double",
    "longest_run_60d_m": "double",
    "races_before": "bigint",
    "last_race_distance_m": "double",
    "last_race_time_s": "double",
    "days_since_last_race": "bigint",
    "model_name": "string",
    "model_version": "string",
    "model_role": "string",
    "model_run_id": "string",
    "code_commit": "string",
    "predicted_at": "timestamp",
}


def score(targets: pd.DataFrame, receipt: pd.DataFrame) -> pd.DataFrame:
    """Predict race times for one prediction date.

    Parameters
    ----------
    targets : DataFrame
        `point_in_time.forecast_features`: one row per athlete and distance.
    receipt : DataFrame of one row
        What training returned; it names the champion's version, resolved once per run.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row per row of ``targets``.
    """
    trained = receipt.iloc[0]
    if pd.notna(trained["champion_version"]):
        registry.connect()
        model = registry.load(trained["model_name"], trained["champion_version"])
        by = (trained["champion_version"], registry.CHAMPION, trained["champion_run_id"])
    else:
        model = RaceTimeModel().fit(pd.DataFrame(columns=FEATURES), [])
        by = (FALLBACK, FALLBACK, None)
    scores = targets.join(model.predict_interval(targets))
    scores["baseline_time_s"] = riegel(
        scores["last_race_time_s"], scores["last_race_distance_m"], scores["distance_m"]
    )
    scores["support"] = np.where(scores["races_before"] > 0, "earlier_race", "population_only")
    scores["model_name"] = trained["model_name"]
    scores["model_version"], scores["model_role"], scores["model_run_id"] = by
    scores["code_commit"] = os.environ.get("STRIDE_CODE_COMMIT", "unknown")
    scores["predicted_at"] = datetime.now(UTC)
    for column in ("days_of_history", "races_before", "days_since_last_race"):
        scores[column] = scores[column].astype("Int64")
    return scores[list(COLUMNS)]
