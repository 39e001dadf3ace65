"""Unusual files from import to silver: each row is in one table, with a reason."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Home
from fit_writer import START_S, activity, file_id, fit_file, monitoring, record, session
from test_clocks import DAY_S, SINCE_POWER_ON, gpx, tcx

from stride.duckdb_plugin import Plugin
from stride.ingest import landing

LOG = datetime(2020, 12, 20, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A home with brackets in its name; a log of 2020 and 2021, and recordings beside it."""
    folder = tmp_path_factory.mktemp("odd") / "[club] data"
    files = folder / "files"
    files.mkdir(parents=True)
    home = Home(folder)
    rows = "".join(
        f'{n},"{LOG + timedelta(days=2 * n):%b %d, %Y, %I:%M:%S %p}",Run,Run,1800,5.01,Fast shoes\n'
        for n in range(40)
    )
    header = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,"
    (folder / "activities.csv").write_text(f"{header}Activity Gear\n{rows}")
    at = SINCE_POWER_ON
    jump = [record(t if t >= 600 else t - DAY_S, distance=t * 3) for t in range(1801)]
    for name, content in {
        "rolled.tcx": tcx(datetime(2001, 6, 2, 14, 34, 59, tzinfo=UTC)),
        "laufen.gpx": gpx(LOG + timedelta(days=1), "<type>Laufen</type>"),
        "unknown.gpx": gpx(LOG + timedelta(days=3), "<type>Quidditch</type>"),
        "never.fit": fit_file(
            [
                file_id(created=at),
                *(record(at + t, distance=t * 3) for t in range(600)),
                session(at, 599),
                activity(at + 599, -SINCE_POWER_ON + 3600),
            ]
        ),
        "undated.tcx": tcx(datetime(1980, 1, 6, tzinfo=UTC)),
        "set.fit": fit_file([file_id(), *jump, session(-DAY_S, 1800), activity(1800, 3600)]),
        "monitoring.fit": fit_file([file_id(32), monitoring()]),
    }.items():
        (files / name).write_bytes(content)
    for path in (folder / "activities.csv", files):
        options = ("--athlete", "ana", "--timezone", "Europe/Berlin")
        done = home.stride("import", str(path), *options)
        assert done.returncode == 0, done.stderr
    (folder / "sports.csv").write_text("activity_id,sport\n3,radfahren\n4,Ride\n")
    done = home.stride("import", str(folder / "sports.csv"), "--athlete", "ana")
    assert done.stdout == "ana: 2 corrections imported: 2 new.\n", done.stderr
    # As an earlier version landed it: dated by a clock that was never set.
    old = {
        "athlete_id": "ana",
        "landed_row_id": "ana:old:1",
        "source_kind": "device_file",
        "activity_id": "file:old",
        "sport_type": "Run",
        "started_at": datetime(1990, 7, 18, tzinfo=UTC),
        "elapsed_time_s": 1800.0,
        "import_id": "0001-old",
        "ingested_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    landing.write(folder / "landing", "activities", "ana.old", [old])
    models = ("path:seeds", "path:models/bronze", "path:models/silver", "row_reconciliation")
    options = ("--exclude-resource-type", "unit_test", "--vars", "{as_of_date: 2026-06-30}")
    options += ("--indirect-selection", "cautious")
    done = home.run("dbt", "--no-use-colors", "build", "--select", *models, *options)
    assert done.returncode == 0, done.stdout[-3000:]
    return home


def test_every_row_ends_in_one_place(home):
    assert home.ask(
        """select sum(rows_kept), sum(rows_quarantined), sum(rows_no_activity),
            sum(rows_unaccounted) from monitoring.row_reconciliation"""
    ) == [(45, 2, 1, 0)]
    assert home.ask(
        """select split_part(coalesce(source_file, activity_id), '/', -1), quarantine_reason
        from silver.quarantine order by all"""
    ) == [
        ("file:old", "clock_never_set"),
        ("monitoring.fit", "not_an_activity"),
        ("undated.tcx", "no_times"),
    ]


def test_dates_are_corrected_with_a_reason(home):
    started = datetime.fromtimestamp(START_S, UTC).replace(tzinfo=None)
    assert home.ask(
        """select split_part(device_file, '/', -1), activities.started_at,
            activities.elapsed_time_s,
            activities.value_flags
        from silver.activities inner join bronze.landed_activities as landed using (landed_row_id)
        where activities.value_flags is not null order by 1"""
    ) == [
        ("never.fit", started, 599, "clock_never_set"),
        ("rolled.tcx", datetime(2021, 1, 16, 14, 34, 59), 600, "gps_week_rollover"),
        ("set.fit", started, 1800, "clock_set_in_recording"),
    ]


def test_sports_in_any_language_count_and_unknown_ones_are_kept(home):
    assert home.ask(
        """select sport_type, sport from silver.activities
        where sport_type not in ('Run') and activity_id not in ('3', '4') order by 1"""
    ) == [("Laufen", "run"), ("Quidditch", "other")]


def test_a_sport_that_the_athlete_gave_counts_until_it_is_taken_back(home):
    corrected = "select sport_type, sport from silver.activities where activity_id in ('3', '4')"
    assert sorted(home.ask(corrected)) == [("Radfahren", "ride"), ("Ride", "ride")]
    (home.folder / "sports.csv").write_text("activity_id,withdrawn\n3,yes\n")
    done = home.stride("import", str(home.folder / "sports.csv"), "--athlete", "ana")
    assert done.stdout == "ana: 1 correction imported: 1 taken back; 1 earlier still in force.\n"
    models = ("landed_corrections+,path:models/silver", "landed_corrections")
    options = ("--vars", "{as_of_date: 2026-06-30}")
    done = home.run("dbt", "--no-use-colors", "run", "--select", *models, *options)
    assert done.returncode == 0, done.stdout[-3000:]
    assert sorted(home.ask(corrected)) == [("Ride", "ride"), ("Run", "run")]


def test_gear_is_there_by_activity(home):
    assert home.ask("select gear, count(*) from silver.activities group by all order by all") == [
        ("Fast shoes", 40),
        (None, 5),
    ]


def test_files_that_are_read_again_and_files_without_activity_hold_no_athlete(home):
    known = home.ask("select activities_known from silver.intake_checks")
    # As an earlier version landed it, without a sport: it is read again and has no times.
    file = home.folder / "files" / "undated.tcx"
    row = {"athlete_id": "ana", "landed_row_id": "ana:old:2", "source_kind": "device_file"}
    row |= {"activity_id": "file:old:2", "content_hash": sha256(file.read_bytes()).hexdigest()}
    row |= {"started_at": datetime(1980, 1, 6, tzinfo=UTC), "import_id": "0001-old"}
    row |= {"ingested_at": datetime.now(UTC), "elapsed_time_s": 600.0}
    landing.write(home.folder / "landing", "activities", "ana.old-2", [row])
    done = home.stride("import", str(file.parent), "--athlete", "ana")
    assert done.returncode == 0 and "1 read again and changed" in done.stdout, done.stdout
    models = ("landed_activities", "landed_erasures", "intake_checks")
    options = ("--vars", "{as_of_date: 2026-06-30}", "--exclude-resource-type", "unit_test")
    done = home.run("dbt", "--no-use-colors", "build", "--select", *models, *options)
    assert done.returncode == 0, done.stdout[-3000:]
    ((landed, now_known, is_held),) = home.ask(
        "select activities_landed, activities_known, is_held from silver.intake_checks"
    )
    assert (landed, is_held) == (now_known, False) and now_known >= known[0][0]


def test_a_build_gives_a_landing_of_an_earlier_version_todays_columns(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)
    columns = tmp_path / "landing" / "activities" / "0000-columns.parquet"
    columns.parent.mkdir(parents=True)
    pq.write_table(pa.table({"athlete_id": pa.array([], pa.string())}), columns)
    Plugin.initialize(None, {})
    assert {"clock_flag", "gear"} <= set(pq.read_schema(columns).names)
    assert (tmp_path / "landing" / "forecasts" / "0000-columns.parquet").exists()
