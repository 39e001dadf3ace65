"""Race times of every athlete and distance, this run only; `inference_log` keeps them."""

from stride.engine import apply
from stride.racetime.score import COLUMNS, scorer


def model(dbt, session):
    targets = dbt.ref("forecast_features")
    dbt.ref("py_train_race_time")  # so that a newly registered model is used in this run
    name, commit = dbt.config.meta_get("model_name"), dbt.config.meta_get("code_commit")
    ask = scorer(name, dbt.config.meta_get("feature_specification"), commit)
    return apply(session, targets, ask, COLUMNS)
