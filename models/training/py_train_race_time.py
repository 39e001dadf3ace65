"""Train and register the race-time model. The table is the receipt; the model is in MLflow."""

from stride.engine import read, write
from stride.racetime.train import RECEIPT, train


def model(dbt, session):
    measured = (
        read(dbt.ref("gate_results")),
        read(dbt.ref("model_evaluation")),
        read(dbt.ref("backtest_predictions")),
    )
    races, decision = read(dbt.ref("training_set")), read(dbt.ref("retraining_decision"))
    receipt = train(
        races,
        *measured,
        decision,
        model_name=dbt.config.meta_get("model_name"),
        specification=dbt.config.meta_get("feature_specification"),
    )
    return write(session, receipt, RECEIPT)
