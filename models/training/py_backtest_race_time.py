"""Forward-in-time forecasts of past races, this run only; `backtest_predictions` keeps them."""

from stride.engine import read, write
from stride.racetime.backtest import COLUMNS, backtest


def model(dbt, session):
    races = read(dbt.ref("training_set"))
    return write(session, backtest(races), COLUMNS)
