"""Tables read with a mapping."""

import gzip
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from stride.errors import StrideError
from stride.ingest.mapped_csv import read_mapping, read_rows

MAPPING = """
[columns]
activity_id = "No."
sport_type = "Sport"
local_started_at = "Begin"
moving_time_s = "Time"
distance_m = "Length"
"""
TABLE = b"No.,Sport,Begin,Time,Length\n7,Dauerlauf,2026-08-16T10:30:46Z,3000,10000\n"


@pytest.fixture
def mapped(tmp_path):
    """Reads a table by the text of a mapping."""

    def read(mapping: str, table: bytes = TABLE):
        path = tmp_path / "mine.toml"
        path.write_text(mapping, encoding="utf-8")
        return read_rows(table, "runs.csv", read_mapping(path))

    return read


def only(found) -> dict:
    (row,) = found[None].rows
    return row


def test_columns_land_by_the_mapping_and_all_cells_are_kept(mapped):
    row = only(mapped(MAPPING))
    assert row["activity_id"] == "mine:7" and row["distance_m"] == 10000.0
    assert row["unreadable_cells"] is None and row["source_row_number"] == 1
    assert row["raw_row"].startswith('[["No.", "7"], ["Sport", "Dauerlauf"]')


def test_a_local_time_stays_local_even_with_a_false_z(mapped):
    row = only(mapped(MAPPING))
    assert row["local_started_at"] == datetime(2026, 8, 16, 10, 30, 46, tzinfo=UTC)
    assert row.get("started_at") is None


def test_a_utc_time_keeps_its_zone(mapped):
    table = TABLE.replace(b"10:30:46Z", b"10:30:46+02:00")
    row = only(mapped(MAPPING.replace("local_started_at", "started_at"), table))
    assert row["started_at"] == datetime(2026, 8, 16, 8, 30, 46, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "cell", "metres"),
    [("km", "10.5", 10500), ("mi", "1", 1609.344), ("yd", "100", 91.44), ("ft", "100", 30.48)],
)
def test_distances_are_read_in_any_unit(mapped, unit, cell, metres):
    table = TABLE.replace(b"10000", cell.encode())
    row = only(mapped(f'{MAPPING}[units]\ndistance_m = "{unit}"', table))
    assert row["distance_m"] == pytest.approx(metres)


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("min", "50", 3000),
        ("h", "0.5", 1800),
        ("ms", "3000", 3),
        ("h:mm:ss", "0:50:00", 3000),
        ("h:mm:ss", "50:00", 3000),
        ("h:mm", "1:30", 5400),
        ("min/km", "5:00", 3000),
        ("min/km", "5.5", 3300),
        ("min/mi", "8:00", 480 * 10 / 1.609344),
        ("km/h", "12", 3000),
        ("m/s", "4", 2500),
    ],
)
def test_durations_are_read_in_any_unit_or_as_a_speed(mapped, unit, cell, seconds):
    table = TABLE.replace(b"3000", cell.encode())
    row = only(mapped(f'{MAPPING}[units]\nmoving_time_s = "{unit}"', table))
    assert row["moving_time_s"] == pytest.approx(seconds)


def test_fahrenheit_and_pounds(mapped):
    mapping = MAPPING + 'temperature_c = "T"\nweight_kg = "W"\n'
    table = b"No.,Sport,Begin,Time,Length,T,W\n7,Run,2026-08-16,3000,10000,50,150\n"
    row = only(mapped(f'{mapping}[units]\ntemperature_c = "F"\nweight_kg = "lb"', table))
    assert (row["temperature_c"], row["weight_kg"]) == pytest.approx((10.0, 68.04), abs=0.01)


def test_sports_are_translated_and_constants_set(mapped):
    row = only(mapped(f'{MAPPING}[sports]\nDauerlauf = "Run"\n[constants]\nis_indoor = "yes"'))
    assert (row["sport_type"], row["is_indoor"]) == ("Run", True)


def test_a_missing_value_is_no_value(mapped):
    mapping = MAPPING + 'avg_hr_bpm = "HR"\n[missing]\navg_hr_bpm = [-1, 0]\n"*" = ["n/a"]\n'
    lines = [f"{at},n/a,2026-08-16,3000,10000,{hr}" for at, hr in enumerate(["-1.0", "0", "150"])]
    table = "\n".join(["No.,Sport,Begin,Time,Length,HR", *lines]).encode()
    rows = mapped(mapping, table)[None].rows
    assert [row["avg_hr_bpm"] for row in rows] == [None, None, 150.0]
    assert {row["sport_type"] for row in rows} == {None}
    assert {row["unreadable_cells"] for row in rows} == {None}


def test_several_athletes_in_one_table(mapped):
    table = b"who,No.,Sport,Begin,Time,Length\n"
    for who, number in (("ana", 1), ("bob", 2), ("ana", 3), ("", 4)):
        table += f"{who},{number},Run,2026-08-16,3000,10000\n".encode()
    found = mapped('athlete = "who"\n' + MAPPING, table)
    assert {who: len(rows.rows) for who, rows in found.items()} == {"ana": 2, "bob": 1, None: 1}
    assert [row["source_row_number"] for row in found["ana"].rows] == [1, 3]


def test_without_an_id_activities_are_identified_by_their_start(mapped):
    mapping = MAPPING.replace('activity_id = "No."\n', "")
    assert only(mapped(mapping))["activity_id"] == "mine:20260816T103046"


def test_a_bad_cell_names_its_landed_column(mapped):
    bad = TABLE.replace(b"10000", b"far").replace(b"2026", b"soon")
    row, _ = mapped(MAPPING, bad + TABLE.splitlines()[1])[None].rows
    assert row["unreadable_cells"] == "local_started_at,distance_m"
    assert row["moving_time_s"] == 3000.0


def test_decimal_commas_and_day_first_are_detected_or_set(mapped):
    table = b"No.;Sport;Begin;Time;Length\n7;Run;05.07.2018 15:00;3000;9,44\n8;Run;x;3000;1.500"
    found = mapped(f'{MAPPING}[units]\ndistance_m = "km"', table)[None].rows
    assert [row["distance_m"] for row in found] == [9440.0, 1500000.0]
    assert found[0]["local_started_at"].month == 7
    table = TABLE.replace(b"2026-08-16T10:30:46Z", b"05/07/2018 15:00").replace(
        b"10000", b'"1,500"'
    )
    row = only(mapped(f'day_first = true\ndecimal_mark = ","\n{MAPPING}', table))
    assert row["local_started_at"].month == 7 and row["distance_m"] == 1.5


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ("columns = [", "is not a TOML file"),
        ('colums = {a = "b"}', "has 'colums'; known are:"),
        ('columns = "all"', r"needs \[columns\] as a table"),
        (MAPPING + "speed = 'v'", r"has 'speed' in \[columns\]; known are: activity_id"),
        (MAPPING + "displayed_distance = 'v'", "has 'displayed_distance'"),
        (MAPPING + "name = 3", r"has name = 3 in \[columns\]: write name = \"text\""),
        (MAPPING + "[units]\ndistance_m = 'miles'", "has the unit 'miles' for distance_m; known"),
        (MAPPING + "[units]\nname = 'm'", "has the unit 'm' for name; known are: no unit"),
        (MAPPING + "[missing]\nname = 'x'", r"has name = 'x' in \[missing\]: write name = \["),
        (MAPPING + "[constants]\nsport_type = 'Run'", "leave one out"),
        (MAPPING + "[constants]\nweight_kg = 'slim'", "which can't be read"),
        (MAPPING.replace("sport_type", "name"), "lacks sport_type"),
        (MAPPING.replace("local_started_at", "name"), "lacks started_at or local_started_at"),
        (MAPPING.replace("moving_time_s", "name"), "lacks elapsed_time_s or moving_time_s"),
        ("day_first = 1\n" + MAPPING, "day_first = 1: give true or false"),
        ("athlete = 1\n" + MAPPING, "athlete = 1: give a text"),
        ("decimal_mark = 'x'\n" + MAPPING, "has decimal_mark = 'x'"),
        ("delimiter = '::'\n" + MAPPING, "delimiter that is not one character"),
        (
            MAPPING.replace("distance_m", "name") + "[units]\nmoving_time_s = 'min/km'",
            "gives moving_time_s as a speed: map distance_m too",
        ),
        (MAPPING.replace("No.", "Nr."), "lacks the column 'Nr.' that mine.toml maps; it has: No."),
        ("athlete = 'who'\n" + MAPPING, "lacks the column 'who'"),
    ],
)
def test_a_mistake_in_a_mapping_gets_one_sentence(mapped, mapping, sentence):
    with pytest.raises(StrideError, match=sentence) as problem:
        mapped(mapping)
    assert "\n" not in str(problem.value)


def test_a_mapping_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StrideError, match=r"mine\.toml can't be read"):
        read_mapping(tmp_path / "mine.toml")
    (tmp_path / "latin.toml").write_bytes(b'athlete = "\xe4"')
    with pytest.raises(StrideError, match="is not a TOML file"):
        read_mapping(tmp_path / "latin.toml")


def shipped(name):
    return read_mapping(files("stride.ingest") / "mappings" / name)


def test_a_real_table_of_a_script_by_the_shipped_mapping(real_data):
    content = gzip.decompress((real_data / "barnhard_endur/strava_activities.csv.gz").read_bytes())
    found = read_rows(content, "strava_activities.csv", shipped("strava_api_table.toml"))
    rows = found[None].rows
    assert len(rows) == 4287 and {row["unreadable_cells"] for row in rows} == {None}
    assert all(row["local_started_at"] and row["elapsed_time_s"] for row in rows)
    assert Counter(row["sport_type"] for row in rows)["Run"] == 2751


def test_four_real_athletes_in_one_table_by_the_shipped_mapping(real_data):
    content = gzip.decompress(
        (real_data / "running_page_4_athletes/activities.csv.gz").read_bytes()
    )
    found = read_rows(content, "activities.csv", shipped("running_page.toml"))
    assert {who: len(part.rows) for who, part in found.items()} == {
        "rp_a": 3516,
        "rp_b": 1098,
        "rp_c": 1238,
        "rp_d": 357,
    }
    with_hr = {
        who: sum(row["avg_hr_bpm"] is not None for row in part.rows) for who, part in found.items()
    }
    assert with_hr == {"rp_a": 1872, "rp_b": 328, "rp_c": 941, "rp_d": 224}
    rows = [row for part in found.values() for row in part.rows]
    assert {row["unreadable_cells"] for row in rows} == {None}
    assert max(int(row["activity_id"].split(":")[1]) for row in rows) > 2**53
    assert all(row["elapsed_time_s"] is None for row in found["rp_a"].rows)
