"""The probable error of the last weeks' forecasts, this run only; `estimated_performance` keeps it."""

from stride.engine import read, write
from stride.monitoring.estimated_performance import COLUMNS
from stride.monitoring.estimators import estimate_by_version


def model(dbt, session):
    forecasts = read(dbt.ref("stg_recent_forecasts"))
    return write(session, estimate_by_version(forecasts), COLUMNS)
