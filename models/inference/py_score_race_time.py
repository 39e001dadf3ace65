"""Race times of every athlete and distance, this run only; `inference_log` keeps them."""

from stride.engine import apply
from stride.racetime.score import COLUMNS, scorer


def model(dbt, session):
    targets = dbt.ref("forecast_features")
    dbt.ref("py_train_race_time")  # what it registered speaks today already
    named = ("model_name", "feature_specification", "code_commit")
    ask = scorer(*(dbt.config.meta_get(name) for name in named))
    return apply(session, targets, ask, COLUMNS)
