"""Activities of a table without ids: equal starts are separated, and edits stay versions."""

import random
from datetime import date

import pytest
from conftest import Home

from stride.ingest import landing as landed
from stride.ingest.importing import Options, import_path

MAPPING = """platform = "diary"
[columns]
name = "name"
sport_type = "sport"
local_started_at = "start"
elapsed_time_s = "seconds"
distance_m = "metres"
"""
DAY = "2024-05-01 00:00"
MORNING = ("Morning", "Run", DAY, 1500, 5000)
EVENING = ("Evening", "Run", DAY, 3100, 10000)
START = "diary:20240501T000000"


@pytest.fixture
def diary(tmp_path):
    """Imports rows as a table, and returns the landed names by id, in the order of the imports."""
    mapping = tmp_path / "diary.toml"
    mapping.write_text(MAPPING)
    landing = tmp_path / "landing"

    def read() -> list[tuple[str, str]]:
        rows = landed.read(landing, "activities", "ana", ["activity_id", "name"])
        return [(row["activity_id"], row["name"]) for row in rows]

    def land(*rows) -> list[tuple[str, str]]:
        before = len(read()) if landing.exists() else 0
        table = ["name,sport,start,seconds,metres"]
        table += [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        (tmp_path / "runs.csv").write_text("\n".join(table))
        import_path(tmp_path / "runs.csv", landing, "ana", Options("Europe/Lisbon", mapping))
        return sorted(read()[before:])

    return land


def test_two_runs_of_one_start_are_two_activities(diary):
    assert diary(MORNING, EVENING) == [(START, "Evening"), (f"{START}-2", "Morning")]


def test_a_unique_start_keeps_its_id(diary):
    alone = ("Alone", "Run", "2024-05-02 07:30", 1500, 5000)
    assert ("diary:20240502T073000", "Alone") in diary(MORNING, EVENING, alone)


def test_the_same_row_twice_and_two_recordings_of_one_run_are_one_activity(diary):
    phone = ("Phone", "Run", DAY, 1520, 5100)
    assert {name for name, _ in diary(MORNING, MORNING, phone)} == {START}


def test_strength_and_a_run_of_one_start_are_two(diary):
    gym = ("Gym", "WeightTraining", DAY, 1500, None)
    assert {name for name, _ in diary(MORNING, gym)} == {START, f"{START}-2"}


def test_the_same_table_in_any_order_adds_no_rows(diary):
    gym = ("Gym", "WeightTraining", DAY, 1800, None)
    rows = [MORNING, EVENING, gym]
    diary(*rows)
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        assert diary(*rows) == []


@pytest.mark.parametrize(
    "edited",
    [
        ("Renamed", "Run", DAY, 1500, 5000),
        ("Measured again", "Run", DAY, 1500, 5100),
        ("Calibrated", "Run", DAY, 1500, 6200),
        ("Trimmed", "Run", DAY, 1200, 5000),
        ("Another sport", "Walk", DAY, 1500, 5000),
    ],
)
def test_an_edit_is_a_version_of_the_activity_it_changes(diary, edited):
    first = {name: number for number, name in diary(MORNING, EVENING)}
    assert diary(edited, EVENING) == [(first["Morning"], edited[0])]


def test_a_table_that_brings_another_run_of_a_known_start_brings_an_activity(diary):
    diary(MORNING)
    assert diary(EVENING) == [(f"{START}-2", "Evening")]
    assert diary(MORNING, EVENING) == []


def test_an_added_run_takes_no_id_that_is_known(diary):
    diary(MORNING, EVENING)
    noon = ("Noon", "Run", DAY, 2200, 7500)
    assert diary(noon, MORNING, EVENING) == [(f"{START}-3", "Noon")]
    assert diary(EVENING, noon, MORNING) == []


def test_rows_landed_under_one_id_are_separated_by_the_next_import(diary, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("stride.ingest.starts.name_by_start", lambda *_: None)
        assert {number for number, _ in diary(MORNING, EVENING)} == {START}
    # The last row of the table is the one that counted.
    assert diary(MORNING, EVENING) == [(f"{START}-2", "Morning")]
    assert diary(MORNING, EVENING) == []


def test_both_runs_of_a_day_count(tmp_path):
    (tmp_path / "diary.toml").write_text(MAPPING)
    rows = ["name,sport,start,seconds,metres"]
    rows += [",".join(map(str, row)) for row in (MORNING, EVENING)]
    (tmp_path / "runs.csv").write_text("\n".join(rows))
    home = Home(tmp_path / "home")
    done = home.stride(
        *("import", str(tmp_path / "runs.csv"), "--athlete", "ana"),
        *("--timezone", "Europe/Lisbon", "--mapping", str(tmp_path / "diary.toml")),
    )
    assert done.returncode == 0, done.stderr
    home.build(
        date(2024, 6, 1),
        "--resource-type",
        "model",
        "--resource-type",
        "seed",
        "--select",
        "+row_reconciliation",
    )
    assert home.ask("select name, distance_m from silver.activities order by 2") == [
        ("Morning", 5000.0),
        ("Evening", 10000.0),
    ]
    assert home.ask("select count(*) from silver.duplicates") == [(0,)]
