"""How well every candidate does, this run only; `model_evaluation` shows it."""

from stride.engine import read, write
from stride.racetime.evaluation import EVALUATION, evaluate


def model(dbt, session):
    backtest, mix = read(dbt.ref("py_backtest_race_time")), read(dbt.ref("reference_mix"))
    comparison = read(dbt.ref("py_compare_baselines"))
    return write(session, evaluate(backtest, mix, comparison), EVALUATION)
