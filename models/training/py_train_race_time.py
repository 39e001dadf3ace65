"""Train and register the race-time model. The table is the receipt; the model is in MLflow."""

from stride.engine import read, write
from stride.racetime.train import RECEIPT, train


def model(dbt, session):
    races = read(dbt.ref("training_set"))
    gate = read(dbt.ref("gate_results"))
    receipt = train(races, gate, model_name=dbt.config.meta_get("model_name"))
    return write(session, receipt, RECEIPT)
