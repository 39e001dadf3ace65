"""An athlete with many sources: duplicates, history, and erasure."""

import gzip
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from conftest import Home
from test_import import gpx, run, table

SILVER = (
    "--indirect-selection=buildable",
    "--select",
    *("+row_reconciliation", "+race_results", "+best_efforts", "+heart_rate_seconds"),
    "landed_erasures",
)
AS_OF = date(2026, 6, 30)


def write(folder: Path, name: str, content: bytes | str) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def export(folder: Path, name: str, *rows, members=()) -> str:
    with zipfile.ZipFile(folder / name, "w") as made:
        made.writestr("activities.csv", table(*rows))
        for member, content in members:
            made.writestr(member, content)
    return str(folder / name)


def ok(done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Two exports, a watch's folder, the API and corrections, for ana; one export for bob."""
    home = Home(tmp_path_factory.mktemp("sources"))
    files = tmp_path_factory.mktemp("files")
    abroad = run(1, **{"Activity Date": "Jun 1, 2024, 6:00:00 AM", "Elapsed Time": "600"})
    abroad[HEADER_DISTANCE] = "1800.0"
    glitch = run(4, **{"Activity Name": "48 km in 1:36", "Elapsed Time": "5760"})
    glitch[HEADER_DISTANCE] = "48000.0"
    race = run(5, **{"Activity Name": "Full f'n send", "Elapsed Time": "2600"})
    race[HEADER_DISTANCE] = "10150.0"
    deleted, excluded = run(2), run(3)
    ana = ("--athlete", "ana", "--timezone", "Europe/Lisbon")
    recording = [("activities/9.gpx.gz", gzip.compress(gpx()))]
    first = [row[:] for row in (abroad, deleted, excluded, glitch, race)]
    first[0][6] = "activities/9.gpx.gz"
    ok(home.stride("import", export(files, "1.zip", *first, members=recording), *ana))
    renamed = first[0][:]
    renamed[2] = "Lunch Run"
    second = [renamed, excluded, glitch, race]
    ok(home.stride("import", export(files, "2.zip", *second), *ana))
    (files / "watch").mkdir()
    # The watch was started half a minute after the phone; a day later it ran alone.
    write(files / "watch", "same.gpx", gpx("2024-06-01T06:01"))
    write(files / "watch", "alone.gpx", gpx("2024-06-02T23:30"))
    write(files / "watch", "broken.tcx", "<TrainingCenterDatabase>")
    ok(home.stride("import", str(files / "watch"), *ana))
    of_api = {
        "id": 5,
        "type": "Run",
        "start_date": "2018-07-05T15:00:00Z",
        "start_date_local": "2018-07-06T00:00:00Z",
        "timezone": "(GMT+09:00) Asia/Tokyo",
        "elapsed_time": 2600,
        "distance": 10150.0,
    }
    only_api = of_api | {
        "id": 77,
        "start_date": "2024-07-01T22:00:00Z",
        "start_date_local": "2024-07-02T07:00:00Z",
    }
    ok(home.stride("import", write(files, "api.json", json.dumps([of_api, only_api])), *ana))
    ok(
        home.stride(
            "import", write(files, "exclusions.csv", "activity_id,reason\n3,car\n"), *ana[:2]
        )
    )
    races = "activity_id,is_race,official_distance,official_time\n5,yes,10k,43:10\n"
    ok(home.stride("import", write(files, "races.csv", races), *ana[:2]))
    ok(
        home.stride(
            "import",
            export(files, "bob.zip", run(1), run(8)),
            *("--athlete", "bob", "--timezone", "Asia/Tokyo"),
        )
    )
    done = home.dbt("build", *SILVER, as_of=AS_OF)
    assert done.returncode == 0, done.stdout[-3000:]
    return home


HEADER_DISTANCE = 9


def test_each_workout_counts_once_and_every_row_is_accounted_for(home):
    activities = home.ask(
        "select activity_id, name from silver.activities where athlete_id = 'ana' order by 1"
    )
    by_id = dict(activities)
    assert by_id["1"] == "Lunch Run" and by_id["5"] == "Full f'n send"
    assert len(by_id) == len(activities) == 5  # 1, 4, 5, 77 and the run the watch had alone
    reasons = dict(
        home.ask(
            """select duplicate_reason, count(*) from silver.duplicates
            where athlete_id = 'ana' group by 1"""
        )
    )
    assert reasons == {"earlier_version": 1, "recording": 1, "same_workout": 1, "other_source": 1}
    quarantine = home.ask(
        """select quarantine_reason, coalesce(activity_id, '') from silver.quarantine
        where athlete_id = 'ana' order by all"""
    )
    assert [row for row in quarantine if not row[1].startswith("file:")] == [
        ("deleted_at_source", "2"),
        ("excluded_by_athlete", "3"),
    ]
    assert len(quarantine) == 3  # and the watch's broken file
    assert home.ask("select sum(rows_unaccounted) from monitoring.row_reconciliation") == [(0,)]


def test_the_earlier_version_is_kept_with_its_import_time(home):
    rows = home.ask(
        """select name, ingested_at from bronze.landed_activities
        where athlete_id = 'ana' and activity_id = '1' and source_kind = 'strava_export'
        order by ingested_at"""
    )
    assert [name for name, _ in rows] == ["Morning Run", "Lunch Run"]
    ((first_known_at, ingested_at),) = home.ask(
        """select first_known_at, ingested_at from silver.activities
        where athlete_id = 'ana' and activity_id = '1'"""
    )
    assert ingested_at == rows[1][1] and first_known_at <= rows[0][1] < ingested_at


def test_an_impossible_distance_is_left_out_with_a_reason(home):
    assert home.ask(
        """select distance_m, value_flags, elapsed_time_s from silver.activities
        where activity_id = '4'"""
    ) == [(None, "run_faster_than_any_record", 5760.0)]


def test_the_recording_gives_an_activity_its_samples(home):
    assert home.ask(
        """select recording_row_id is not null, moving_time_s from silver.activities
        where athlete_id = 'ana' and activity_id = '1'"""
    ) == [(True, 430.0)]  # the table's own word counts where it has one
    efforts = dict(
        home.ask("select target, value from silver.best_efforts where activity_id = '1'")
    )
    assert efforts[1000.0] == pytest.approx(1000 / 3, rel=0.02)


def test_days_are_local_days_of_the_place_if_known(home):
    days = dict(
        home.ask(
            "select activity_id, (activity_date, time_zone_source) from silver.activities "
            "where athlete_id = 'ana' and activity_id in ('5', '77')"
        )
    )
    assert days["77"] == (date(2024, 7, 2), "api")
    assert dict(home.ask("select activity_id, is_api_only from silver.activities"))["77"] is True
    # Half past eleven at night in UTC is half past midnight in Lisbon.
    ((day,),) = home.ask(
        """select activity_date from silver.activities
        where athlete_id = 'ana' and activity_id like 'file:%'"""
    )
    assert day == date(2024, 6, 3)


def test_the_athletes_own_word_makes_a_race_with_its_official_time(home):
    assert home.ask(
        "select activity_id, distance_m, race_time_s, evidence from labels.race_results"
    ) == [("5", 10_000.0, 2590.0, "athlete")]


def test_an_erased_athlete_is_removed_from_landing_tables_and_report(home, tmp_path):
    shutil.copytree(home.folder, tmp_path / "home")
    after = Home(tmp_path / "home")
    report = after.folder / "report" / "index.html"
    report.parent.mkdir()
    report.write_text("ana's own report")
    landed = after.ask("select count(*) from bronze.landed_activities where athlete_id = 'bob'")
    said = ok(after.stride("erase", "--athlete", "ana", "--yes"))
    assert "ana: erased" in said and "1 report." in said
    assert not report.exists()
    for file in after.folder.rglob("*"):
        if file.is_file() and file.suffix in (".parquet", ".duckdb"):
            content = file.read_bytes()
            assert b"Full f'n send" not in content and b"Lunch Run" not in content, file
            assert not file.name.startswith("ana."), file
    assert (
        after.ask("select count(*) from bronze.landed_activities where athlete_id = 'bob'")
        == landed
    )
    done = after.dbt("build", *SILVER, as_of=AS_OF)
    assert done.returncode == 0, done.stdout[-2000:]
    assert after.ask("select distinct athlete_id from silver.activities") == [("bob",)]
    assert after.ask(
        "select rows_erased > 0, athlete_hash <> 'ana' from bronze.landed_erasures"
    ) == [(True, True)]
    again = after.stride("erase", "--athlete", "ana", "--yes")
    assert again.returncode == 1 and "There is no athlete ana: nothing" in again.stderr
