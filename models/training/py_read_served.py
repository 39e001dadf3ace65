"""Which kind of model forecasts after this run's training; the evaluation is marked by it."""

from stride.engine import write
from stride.racetime.served import COLUMNS, served


def model(dbt, session):
    dbt.ref("py_train_race_time")  # it may have made another version the champion
    name = dbt.config.meta_get("model_name")
    specification = dbt.config.meta_get("feature_specification")
    return write(session, served(name, specification), COLUMNS)
