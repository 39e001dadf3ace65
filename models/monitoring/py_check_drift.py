"""Whether every athlete's last days differ from their own past, this run only."""

from stride.engine import apply_by
from stride.monitoring.drift import COLUMNS, check


def model(dbt, session):
    return apply_by(session, dbt.ref("stg_watched_days"), "athlete_id", check, COLUMNS)
