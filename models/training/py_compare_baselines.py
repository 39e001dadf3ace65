"""Every candidate beside every baseline, this run only; `baseline_comparison` shows the served."""

from stride.engine import read, write
from stride.racetime.evaluation import COMPARISON, compare_baselines


def model(dbt, session):
    backtest, mix = read(dbt.ref("py_backtest_race_time")), read(dbt.ref("reference_mix"))
    return write(session, compare_baselines(backtest, mix), COMPARISON)
