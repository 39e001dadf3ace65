"""Probable errors of recent forecasts, this run only; `estimated_performance` keeps them."""

from stride.engine import read, write
from stride.monitoring.estimated_performance import COLUMNS
from stride.monitoring.estimators import estimate_by_version


def model(dbt, session):
    forecasts = read(dbt.ref("stg_recent_forecasts"))
    return write(session, estimate_by_version(forecasts), COLUMNS)
