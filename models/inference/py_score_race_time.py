"""Race times of every athlete and distance, this run only; `race_predictions` keeps them."""

from stride.engine import read, write
from stride.racetime.score import COLUMNS, score


def model(dbt, session):
    targets = read(dbt.ref("forecast_features"))
    receipt = read(dbt.ref("py_train_race_time"))
    return write(session, score(targets, receipt), COLUMNS)
