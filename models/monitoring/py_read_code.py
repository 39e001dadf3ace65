"""The code that a training would use, this run only; `retraining_decision` compares with it."""

from stride.engine import write
from stride.racetime.model_code import COLUMNS, installed


def model(dbt, session):
    return write(session, installed(), COLUMNS)
