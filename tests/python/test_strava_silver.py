"""An athlete with an export and Strava's API: duplicates, and rows that training may use."""

import json
from datetime import UTC, date, datetime

import pytest
from conftest import Home
from local_strava import CLIENT_ID, CLIENT_SECRET, Account, LocalStrava, summary
from test_import import run, table


def ok(done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def connected(strava: LocalStrava) -> dict[str, str]:
    """An environment in which the athlete ana is connected."""
    return {
        "STRIDE_STRAVA_URL": strava.url,
        "STRAVA_CLIENT_ID": str(CLIENT_ID),
        "STRAVA_CLIENT_SECRET": CLIENT_SECRET,
        "STRAVA_REFRESH_TOKENS": json.dumps({"ana": strava.accounts[1].refresh}),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Activities 1 to 5 from both sources, 6 and 7 only from the API, 9 only from the export."""
    home = Home(tmp_path_factory.mktemp("home"))
    export = tmp_path_factory.mktemp("export") / "activities.csv"
    export.write_bytes(table(*map(run, (1, 2, 3, 4, 5, 9))))
    ok(home.stride("import", str(export), "--athlete", "ana", "--timezone", "Europe/Lisbon"))
    listed = {
        number: summary(
            number,
            datetime(2018, 7, number, 15, tzinfo=UTC),
            **{"id": number, "elapsed_time": 439, "moving_time": 430, "distance": 1609.3},
        )
        for number in (1, 2, 3, 4, 5, 6, 7)
    }
    with LocalStrava(Account(1, listed)) as strava:
        home.environment |= connected(strava)
        assert "7 activities new" in ok(home.stride("strava", "sync", "--streams"))
        del listed[3]
        listed[4]["name"] = "Volta"
        assert "0 activities new, 1 changed, 1 gone" in ok(home.stride("strava", "sync", "--full"))
    wanted = ("+activities", "+duplicates", "+quarantine", "+heart_rate_seconds")
    untested = ("--exclude-resource-type", "test", "unit_test")
    ok(home.dbt("build", *untested, "--select", *wanted, as_of=date(2026, 6, 30)))
    return home


def test_each_activity_counts_once_with_the_more_complete_row(home):
    rows = home.ask("select activity_id, name, avg_hr_bpm from silver.activities order by 1")
    assert [row[0] for row in rows] == ["1", "2", "4", "5", "6", "7", "9"]
    # The export of this athlete has no heart rates.
    assert {row[2] for row in rows[:-1]} == {140.5} and rows[-1][2] is None
    assert dict((row[0], row[1]) for row in rows)["4"] == "Volta"
    assert home.ask(
        """select duplicate_reason, count(*) from silver.duplicates group by 1 order by 1"""
    ) == [("earlier_version", 8), ("other_source", 4)]


def test_activities_known_only_from_the_api_are_not_used_in_training(home):
    assert home.ask("select activity_id from silver.activities where is_api_only order by 1") == [
        ("6",),
        ("7",),
    ]


def test_activities_deleted_at_strava_do_not_count_whatever_their_source(home):
    assert home.ask(
        "select quarantine_reason, activity_id, count(*) from silver.quarantine group by all"
    ) == [("deleted_at_source", "3", 3)]


def test_the_samples_of_the_api_are_measured(home):
    ((activities, seconds),) = home.ask(
        "select count(distinct activity_id), min(seconds) from silver.heart_rate_seconds"
    )
    assert activities == 6 and seconds > 0


def test_streams_synced_later_reach_the_features(tmp_path):
    """For a ride they change the time at each heart rate, but no column of the row itself."""
    home = Home(tmp_path)
    ok(home.stride("athlete", "add", "ana", "--timezone", "Europe/Lisbon"))
    # One minute, like the samples: they must cover at least 80 % of the activity.
    ride = {"type": "Ride", "sport_type": "Ride", "elapsed_time": 62, "moving_time": 60}
    ride |= {"distance": 480.0}
    listed = {1: summary(1, datetime(2018, 7, 1, 15, tzinfo=UTC), id=1, **ride)}
    found = []
    with LocalStrava(Account(1, listed)) as strava:
        home.environment |= connected(strava)
        for part in ("--no-streams", "--streams"):
            ok(home.stride("strava", "sync", part))
            day = date(2018, 7, 31)
            ok(home.dbt("seed", "--select", "sports", "plausible_limits", as_of=day))
            ok(home.dbt("run", "--select", "+int_feature_state", as_of=day))
            found += home.ask("select heart_rate_detail from features.activity_features")
    assert found == [("mean",), ("samples",)]
