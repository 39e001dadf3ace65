"""Health: failures stop the build, warnings do not, and every check has a result."""

import csv
import os
import shutil
from unittest import mock

import duckdb
import pytest
from conftest import LAST_DAY, ROOT, Home


@pytest.fixture(scope="module")
def home(sample_home, tmp_path_factory) -> Home:
    folder = tmp_path_factory.mktemp("health") / "home"
    shutil.copytree(sample_home.folder, folder)
    return Home(folder)


def say(home: Home, status: str) -> None:
    """Set the result of the first check of the last day."""
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        connection.execute("update monitoring.health set status = 'ok'")
        connection.execute(
            f"update monitoring.health set status = '{status}' where check_name = 'gate'"
        )


def test_every_check_has_a_row_and_advice_unless_ok(sample_home):
    rows = sample_home.ask(
        "select check_name, layer, status, detail, what_to_do from monitoring.health"
    )
    with (ROOT / "seeds" / "health_checks.csv").open(encoding="utf-8") as file:
        known = {row["check_name"]: row for row in csv.DictReader(file)}
    assert {row[0] for row in rows} == set(known)
    for name, layer, status, detail, what_to_do in rows:
        assert layer == known[name]["layer"] and detail
        assert (what_to_do is None) == (status == "ok")
    layers = {"bronze", "silver", "features", "labels", "point_in_time"} | {
        "training",
        "inference",
        "monitoring",
        "gold",
    }
    assert {row[1] for row in rows} == layers


def test_the_sample_is_well(sample_home):
    found = dict(sample_home.ask("select check_name, status from monitoring.health"))
    for name in ("row_reconciliation", "feature_days", "forecasts_made", "forecasts_logged"):
        assert found[name] == "ok"
    assert found["estimate_against_truth"] == "blind"  # no forecast of the sample met its race


def test_a_warning_does_not_stop_the_build_and_a_failure_does(home):
    for status, code, word in (
        ("warn", 0, "WARN 1 health_has_no_warn"),
        ("blind", 0, "PASS health_has_no_warn"),
    ):
        say(home, status)
        done = home.dbt("test", "--select", "health_has_no_fail_today", "health_has_no_warn_today")
        assert done.returncode == code and word in done.stdout, done.stdout[-2000:]
    say(home, "fail")
    done = home.dbt("test", "--select", "health_has_no_fail_today", "health_has_no_warn_today")
    assert done.returncode == 1 and "FAIL 1 health_has_no_fail" in done.stdout


def test_an_unavailable_challenger_is_reported_until_it_is_back(home):
    let_challenge(home, is_usable=False)
    status, detail, what_to_do = health_of(home, "challenger")
    assert status == "warn" and "restore its artifact" in what_to_do
    assert detail == "Version 2 is the challenger and can not be loaded."
    let_challenge(home, is_usable=True)
    assert health_of(home, "challenger") == ("ok", "The challenger forecasts in the shadow.", None)


def let_challenge(home: Home, is_usable: bool) -> None:
    """Give the challenger's alias to a new version: a copy of the first, or one without files."""
    from stride.racetime import registry

    with mock.patch.dict("os.environ", {"STRIDE_HOME": str(home.folder)}):
        # MLflow leaves the place that an earlier test set.
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        client, name = registry.connect(), registry.default_name()
        first = client.get_model_version(name, "1")
        source = first.source if is_usable else (home.folder / "gone").as_uri()
        made = client.create_model_version(name, source, first.run_id, tags=first.tags)
        client.set_registered_model_alias(name, registry.CHALLENGER, made.version)


def health_of(home: Home, check: str) -> tuple:
    """Return the result of a check after a run with scoring."""
    done = home.dbt("run", "--select", "py_score_race_time", "health", as_of=LAST_DAY)
    assert done.returncode == 0, done.stdout[-3000:]
    (row,) = home.ask(
        f"select status, detail, what_to_do from monitoring.health where check_name = '{check}'"
    )
    return row
