"""Forecasts of past races by every candidate, this run only; `backtest_predictions` shows them."""

from stride.engine import read, write
from stride.racetime.backtest import CHOSEN, backtest_and_choose


def model(dbt, session):
    races = read(dbt.ref("training_set"))
    return write(session, backtest_and_choose(races), CHOSEN)
