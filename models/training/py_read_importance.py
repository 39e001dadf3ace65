"""What moves the forecasts of the version trained in this run; `feature_importance` keeps it."""

from stride.engine import read, write
from stride.racetime.run_artifacts import IMPORTANCE_COLUMNS, importance


def model(dbt, session):
    receipt = read(dbt.ref("py_train_race_time"))
    return write(session, importance(receipt), IMPORTANCE_COLUMNS)
