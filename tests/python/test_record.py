"""Append-only tables: lost or changed rows of earlier days fail a check."""

from datetime import timedelta

import duckdb
import pytest
from conftest import LAST_DAY, Home
from test_build import copy_of

NEXT_DAY = LAST_DAY + timedelta(days=1)


@pytest.fixture
def home(sample_home, tmp_path) -> Home:
    return copy_of(sample_home, tmp_path / "home")


def change(home: Home, statement: str) -> None:
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        assert connection.execute(statement).fetchone()[0] > 0


def check(home: Home, *more: str, variables: str = "") -> tuple[str, str]:
    """Status and detail of the record after a run of the next day."""
    done = home.dbt(
        *(
            "run",
            "--select",
            "landed_erasures",
            "stg_earlier_marks+",
            "--exclude",
            "health+",
            *more,
        ),
        *("--vars", f"{{as_of_date: {NEXT_DAY}{variables}}}"),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    (row,) = home.ask("select status, detail from monitoring.stg_health_record")
    return row


def test_a_loss_smaller_than_a_day_s_rows_fails_until_it_is_restored_or_accepted(home):
    assert check(home)[0] == "ok"
    change(
        home,
        """create table inference.saved as from inference.inference_log
        where athlete_id = 'sample-1' and distance_m = 5000""",
    )
    change(
        home,
        "delete from inference.inference_log where athlete_id = 'sample-1' and distance_m = 5000",
    )
    # The rows of the next day are more than those that are gone.
    change(
        home,
        """insert into inference.inference_log by name select * replace (
        prediction_date + 1 as prediction_date) from inference.inference_log""",
    )
    lost = f"Rows of inference_log are lost, days {LAST_DAY}, athletes sample-1."
    assert check(home) == ("fail", lost)
    assert check(home) == ("fail", lost)
    change(home, "insert into inference.inference_log from inference.saved")
    assert check(home)[0] == "ok"


def test_a_changed_number_fails_and_the_table_and_athlete_are_named(home):
    change(
        home,
        """update features_of set ctl = ctl + 1e-9 from (select 1) as one
        where athlete_id = 'sample-3' and feature_date = '2026-03-01'""".replace(
            "features_of", "point_in_time.feature_history"
        ),
    )
    changed = "Rows of feature_history changed, days 2026-03-01, athletes sample-3."
    assert check(home) == ("fail", changed)
    assert check(home, variables=", accept_losses: true")[0] == "ok"
    assert check(home)[0] == "ok"


def test_a_missing_decision_fails_although_it_has_no_athlete(home):
    change(home, "delete from training.model_decisions")
    status, detail = check(home)
    assert status == "fail" and detail.startswith("Rows of model_decisions are lost, days ")


def test_an_erasure_is_no_loss_and_hides_none(home):
    done = home.stride("erase", "--athlete", "sample-2", "--yes")
    assert done.returncode == 0, done.stderr
    change(home, "delete from inference.race_predictions where athlete_id = 'sample-1'")
    status, detail = check(home)
    assert status == "fail" and "race_predictions are lost" in detail and "sample-1" in detail
    assert "inference_log" not in detail and "sample-2" not in detail
