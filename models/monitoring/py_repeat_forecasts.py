"""A sample of the last forecasts, made again from the logged inputs; this run only."""

from stride.engine import read, write
from stride.monitoring.repeated import COLUMNS, repeat


def model(dbt, session):
    return write(session, repeat(read(dbt.ref("stg_repeated_sample"))), COLUMNS)
