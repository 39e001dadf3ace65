"""Whether every athlete's last days differ from their own past, this run only."""

from stride.engine import read, write
from stride.monitoring.drift import COLUMNS, check


def model(dbt, session):
    days = read(dbt.ref("stg_watched_days"))
    return write(session, check(days), COLUMNS)
