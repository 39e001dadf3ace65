"""What features of the race day itself would have bought; `leak_demonstration` keeps it."""

from stride.engine import read, write
from stride.racetime.leak import COLUMNS, demonstrate


def model(dbt, session):
    races = read(dbt.ref("training_set"))
    same_day = read(dbt.ref("stg_same_day_set"))
    return write(session, demonstrate(races, same_day), COLUMNS)
