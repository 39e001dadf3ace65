"""JSON of Strava's API: complete, partial and broken."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from stride.errors import StrideError
from stride.ingest.strava_json import read_rows

RUN = {
    "id": 9007199254740993,
    "name": "Lunch Run",
    "type": "Run",
    "sport_type": "TrailRun",
    "start_date": "2019-03-12T16:39:48Z",
    "start_date_local": "2019-03-12T17:39:48Z",
    "timezone": "(GMT+01:00) Europe/Paris",
    "elapsed_time": 3768,
    "moving_time": 3589,
    "distance": 12000.5,
    "total_elevation_gain": 84,
    "average_heartrate": 150.5,
    "max_heartrate": 175,
    "average_watts": 210,
    "weighted_average_watts": 220,
    "device_watts": True,
    "average_temp": 9,
    "suffer_score": 30,
    "perceived_exertion": 4,
    "workout_type": 1,
    "trainer": False,
    "map": {"summary_polyline": "secret"},
}


def read(*activities, **options):
    return read_rows(json.dumps(list(activities), **options).encode(), "activities.json").rows


def one(**changes) -> dict:
    (row,) = read(RUN | changes)
    return row


def test_every_used_field_lands():
    row = one()
    raw = json.loads(row.pop("raw_row"))
    assert row == {
        "activity_id": "9007199254740993",
        "name": "Lunch Run",
        "sport_type": "TrailRun",
        "started_at": datetime(2019, 3, 12, 16, 39, 48, tzinfo=UTC),
        "local_started_at": datetime(2019, 3, 12, 17, 39, 48, tzinfo=UTC),
        "time_zone": "Europe/Paris",
        "elapsed_time_s": 3768.0,
        "moving_time_s": 3589.0,
        "distance_m": 12000.5,
        "elevation_gain_m": 84.0,
        "avg_hr_bpm": 150.5,
        "max_hr_bpm": 175.0,
        "avg_power_w": 210.0,
        "weighted_power_w": 220.0,
        "temperature_c": 9.0,
        "relative_effort": 30.0,
        "perceived_exertion": 4.0,
        "is_race_flagged": True,
        "is_indoor": False,
        "unreadable_cells": None,
        "source_row_number": 1,
    }
    assert raw == {key: value for key, value in RUN.items() if key != "map"}


@pytest.mark.parametrize(
    ("workout_type", "is_race"),
    [(1, True), (11, True), ("1", True), (0, False), (10, False), (3, False), (None, None)],
)
def test_races_are_flagged_by_strava(workout_type, is_race):
    assert one(workout_type=workout_type)["is_race_flagged"] is is_race


def test_power_that_strava_estimated_is_left_out():
    row = one(device_watts=False)
    assert (row["avg_power_w"], row["weighted_power_w"]) == (None, None)
    assert row["unreadable_cells"] is None


def test_a_file_from_before_sport_type_has_its_type():
    old = {key: value for key, value in RUN.items() if key != "sport_type"}
    assert read(old)[0]["sport_type"] == "Run"


def test_numbers_may_be_text_and_anything_may_be_missing():
    assert one(distance="12000.5", id="42")["distance_m"] == 12000.5
    (row,) = read({"id": 1, "start_date": None})
    assert row["activity_id"] == "1" and row["started_at"] is None
    assert row["unreadable_cells"] is None


@pytest.mark.parametrize(
    ("change", "unreadable"),
    [
        ({"distance": {"metres": 5}}, "distance_m"),
        ({"distance": True}, "distance_m"),
        ({"distance": "far"}, "distance_m"),
        ({"distance": float("nan")}, "distance_m"),
        ({"distance": 10**400}, "distance_m"),
        ({"start_date": 1552408788}, "started_at"),
        ({"start_date": "yesterday"}, "started_at"),
        ({"name": ["a"]}, "name"),
        ({"timezone": "<b>"}, "time_zone"),
        ({"id": 1.5e18}, "activity_id"),
        ({"id": True}, "activity_id"),
        ({"workout_type": "race", "trainer": "maybe"}, "is_race_flagged,is_indoor"),
    ],
)
def test_a_wrong_value_does_not_affect_others(change, unreadable):
    row = one(**change)
    assert row["unreadable_cells"] == unreadable
    assert row[unreadable.split(",")[0]] is None and row["moving_time_s"] == 3589.0


def test_half_a_character_does_no_harm():
    (row,) = read_rows(b'[{"id": 1, "start_date": "2019-03-12", "name": "a\\ud83d"}]', "a").rows
    assert row["name"] == "a?" and row["raw_row"].encode()


def test_one_activity_lines_of_them_and_wrapped_ones():
    for text in (
        json.dumps(RUN),
        json.dumps([RUN]),
        json.dumps({"activity": RUN}),
        json.dumps({"activities": [RUN]}),
        json.dumps(RUN, indent=1),
    ):
        (row,) = read_rows(text.encode("utf-8-sig"), "run.json").rows
        assert row["distance_m"] == 12000.5
    lines = "\n".join([json.dumps(RUN), "", "no json", json.dumps(RUN), "7"])
    rows = read_rows(lines.encode(), "runs.ndjson").rows
    assert [row["unreadable_cells"] for row in rows] == [None, "activity", None, "activity"]
    assert [row["source_row_number"] for row in rows] == [1, 2, 3, 4]
    assert json.loads(rows[1]["raw_row"]) == "no json"


@pytest.mark.parametrize(
    "streams",
    [
        {"time": [0, 1], "heartrate": [100, 101]},
        {"time": {"data": [0, 1], "series_type": "time"}, "heartrate": {"data": [100, 101]}},
        [{"type": "time", "data": [0, 1]}, {"type": "heartrate", "data": [100, 101]}],
    ],
)
def test_streams_are_lists_and_not_part_of_the_raw_row(streams):
    for entry in ({"activity": RUN, "streams": streams}, RUN | {"streams": streams}):
        (row,) = read(entry)
        assert row["streams"] == {"time": [0, 1], "heartrate": [100, 101]}
        assert "heartrate" not in json.loads(row["raw_row"])


def test_invalid_streams_are_reported_as_unreadable():
    (row,) = read({"activity": RUN, "streams": "none"})
    assert row["streams"] is None and row["unreadable_cells"] == "streams"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not JSON"),
        (b"PK\x03\x04", "is not JSON"),
        (b"[]", "is JSON that Stride does not know"),
        (b'{"swagger": "2.0"}', r"does not know \(it has swagger\)"),
        (b'{"start_date": "2024-01-05"}', "has no activity of Strava's API"),
        (b'{"message": "Rate Limit Exceeded", "errors": []}', "'Rate Limit Exceeded'"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_without_activities_gets_one_sentence(content, sentence):
    with pytest.raises(StrideError, match=sentence) as problem:
        read_rows(content, "run.json")
    assert "\n" not in str(problem.value)


def test_fifty_real_activities(real_data):
    content = (real_data / "strava_api_contract/elevate_summary_activities_50.json").read_bytes()
    rows = read_rows(content, "activities.json").rows
    assert len(rows) == 50 and {row["unreadable_cells"] for row in rows} == {None}
    assert Counter(row["sport_type"] for row in rows)["Ride"] == 36
    assert {row["time_zone"] for row in rows} >= {"Europe/Paris"}
    assert all(
        row["avg_power_w"] is None for row in rows if '"device_watts": false' in row["raw_row"]
    )
    assert not any("polyline" in row["raw_row"] for row in rows)


def test_a_real_activity_with_streams(real_data):
    packed = real_data / "strava_api_contract/elevate_detailed_activity_with_streams.json.gz"
    (row,) = read_rows(gzip.decompress(packed.read_bytes()), "activity.json").rows
    assert {len(values) for values in row["streams"].values()} == {3646}
    assert (row["avg_power_w"], row["weighted_power_w"]) == (162.0, 168.0)
