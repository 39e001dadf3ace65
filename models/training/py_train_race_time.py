"""Train and register the race-time model. The table is the receipt; the model is in MLflow."""

from stride.engine import read, versions, write
from stride.racetime.train import RECEIPT, train


def model(dbt, session):
    races, gate = read(dbt.ref("training_set")), read(dbt.ref("gate_results"))
    evaluation = read(dbt.ref("py_evaluate_race_time"))
    backtest = read(dbt.ref("py_backtest_race_time"))
    decision = read(dbt.ref("int_training_due"))
    named = {"model_name": dbt.config.meta_get("model_name")}
    named |= {"specification": dbt.config.meta_get("feature_specification")}
    named |= {"code_commit": dbt.config.meta_get("code_commit")}
    named |= {"inputs": versions(session, dbt.config.meta_get("inputs"))}
    receipt = train(races, gate, evaluation, backtest, decision, **named)
    return write(session, receipt, RECEIPT)
