"""Whether the chosen candidate may become champion, this run only; `gate_results` shows it."""

from stride.engine import read, write
from stride.racetime.gate import GATE, judge


def model(dbt, session):
    backtest, mix = read(dbt.ref("py_backtest_race_time")), read(dbt.ref("reference_mix"))
    criteria = read(dbt.ref("gate_criteria"))
    return write(session, judge(backtest, mix, criteria), GATE)
