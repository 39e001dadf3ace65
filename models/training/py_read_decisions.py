"""The decisions that the registry holds, this run only; `model_decisions` keeps them."""

from stride.engine import write
from stride.racetime.decisions import COLUMNS, read


def model(dbt, session):
    dbt.ref("py_train_race_time")  # so that decisions of this run are included
    return write(session, read(dbt.config.meta_get("model_name")), COLUMNS)
