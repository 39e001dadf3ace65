"""`stride import` as used on the command line: landed rows, messages, and no lost data."""

import csv
import gzip
import io
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from stride.cli import main
from stride.errors import StrideError
from stride.ingest import landing, recordings
from stride.ingest.importing import Options, import_path

HEADER = [
    "Activity ID",
    "Activity Date",
    "Activity Name",
    "Activity Type",
    "Elapsed Time",
    "Distance",
    "Filename",
    "Elapsed Time",
    "Moving Time",
    "Distance",
    "Future Column",
]
RUN = ["1", "Jul 5, 2018, 3:00:00 PM", "Morning Run", "Run", "439", "1.61", ""]
RUN += ["439.0", "430.0", "1609.3", "x"]
GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk>
<type>running</type><trkseg>{points}</trkseg></trk></gpx>"""
LISBON = Options(time_zone="Europe/Lisbon")


def table(*rows, header=HEADER) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def run(number: int, **cells) -> list[str]:
    """A row of an export: activity ``number``, on the day of that number."""
    row = [str(number), f"Jul {number}, 2018, 3:00:00 PM", *RUN[2:]]
    for name, cell in cells.items():
        row[HEADER.index(name)] = cell
    return row


def gpx(start: str = "2024-06-01T06:00", seconds: int = 600) -> bytes:
    """Ten minutes north at three metres a second."""
    begin = datetime.fromisoformat(f"{start}:00+00:00").timestamp()
    points = "".join(
        f'<trkpt lat="{40 + 3 * s / 111_195:.7f}" lon="-8"><time>'
        f"{datetime.fromtimestamp(begin + s, UTC):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for s in range(0, seconds + 1, 5)
    )
    return GPX.format(points=points).encode()


def as_csv(folder, content):
    (folder / "activities.csv").write_bytes(content)
    return folder / "activities.csv"


def as_gzip(folder, content):
    (folder / "activities.csv.gz").write_bytes(gzip.compress(content))
    return folder / "activities.csv.gz"


def as_folder(folder, content):
    (folder / "activities.csv").write_bytes(content)
    return folder


def as_zip(folder, content, members=(), packed=(2024, 12, 1, 0, 0, 0)):
    with zipfile.ZipFile(folder / "export.zip", "w") as made:
        made.writestr("__MACOSX/activities.csv", "junk")
        made.writestr("../../escape.txt", "junk")
        made.writestr(zipfile.ZipInfo("export_1/activities.csv", packed), content)
        for name, member in members:
            made.writestr(f"export_1/{name}", member)
    return folder / "export.zip"


def landed(tmp_path, kind="activities") -> list[dict]:
    rows = []
    for file in sorted((tmp_path / "landing" / kind).glob("*.parquet")):
        rows += pq.read_table(file).to_pylist()
    return rows


def imported(tmp_path, path, athlete="ana", options=LISBON):
    (receipt,) = import_path(path, tmp_path / "landing", athlete, options)
    return receipt


@pytest.mark.parametrize("shape", [as_csv, as_gzip, as_folder, as_zip])
def test_every_shape_of_an_export_lands_once(tmp_path, shape):
    source = tmp_path / "source"
    source.mkdir()
    path = shape(source, table(RUN))
    first, again = imported(tmp_path, path), imported(tmp_path, path)
    assert (first.table.rows, first.table.new, again.table.new) == (1, 1, 0)
    (row,) = landed(tmp_path)
    assert row["athlete_id"] == "ana" and row["distance_m"] == 1609.3
    assert row["source_kind"] == "strava_export" and row["landing_version"] == 2
    assert not (tmp_path / "escape.txt").exists()


def test_a_later_export_adds_new_and_changed_rows_and_marks_deleted_ones(tmp_path):
    imported(tmp_path, as_csv(tmp_path, table(run(1), run(2), run(3))))
    changed = run(2, **{"Activity Name": "Renamed"})
    receipt = imported(tmp_path, as_csv(tmp_path, table(run(1), changed, run(4))))
    assert receipt.table[:4] == (3, 1, 1, 1)
    rows = landed(tmp_path)
    assert [row["activity_id"] for row in rows] == ["1", "2", "3", "2", "4"]
    assert [row["name"] for row in rows if row["activity_id"] == "2"] == ["Morning Run", "Renamed"]
    assert [row["activity_id"] for row in landed(tmp_path, "deletions")] == ["3"]
    assert [row["rows_unchanged"] for row in landed(tmp_path, "imports")] == [0, 1]


def test_a_row_that_an_export_has_twice_lands_twice_and_only_once_more_when_it_changes(tmp_path):
    twice = table(run(1), run(1), run(2))
    for new in (3, 0):
        assert imported(tmp_path, as_csv(tmp_path, twice)).table.new == new
    renamed = run(1, **{"Activity Name": "Renamed"})
    for changed in (1, 0):
        receipt = imported(tmp_path, as_csv(tmp_path, table(renamed, run(2))))
        assert receipt.table[1:3] == (0, changed)
    assert imported(tmp_path, as_csv(tmp_path, table(run(1), run(2)))).table.changed == 1


def test_a_restored_activity_lands_again(tmp_path):
    whole, cut = table(run(1), run(2)), table(run(1))
    for content in (whole, cut, whole):
        imported(tmp_path, as_csv(tmp_path, content))
    rows = landed(tmp_path)
    assert [row["activity_id"] for row in rows] == ["1", "2", "2"]
    assert len({row["landed_row_id"] for row in rows}) == 3
    assert imported(tmp_path, as_csv(tmp_path, whole)).table.new == 0


def test_a_partial_export_marks_no_activities_as_deleted(tmp_path):
    imported(tmp_path, as_csv(tmp_path, table(run(1), run(2))))
    imported(tmp_path, as_csv(tmp_path, table(run(3))), options=Options(is_partial=True))
    assert landed(tmp_path, "deletions") == [] and len(landed(tmp_path)) == 3


def test_an_older_export_adds_missing_activities_and_changes_none(tmp_path):
    new = as_zip(tmp_path, table(run(2, **{"Activity Name": "New name"})))
    imported(tmp_path, new)
    old = as_zip(tmp_path, table(run(1), run(2)), packed=(2023, 1, 1, 0, 0, 0))
    receipt = imported(tmp_path, old)
    assert receipt.table.is_older and receipt.table[:4] == (2, 1, 0, 0)
    assert [row["activity_id"] for row in landed(tmp_path)] == ["2", "1"]


def test_recordings_of_an_export_belong_to_its_activities(tmp_path):
    content = table(run(1, Filename="activities/7.gpx.gz"), run(2, Filename="activities/gone.fit"))
    members = [
        ("activities/7.gpx.gz", gzip.compress(gpx())),
        ("activities/extra.gpx", gpx("2024-06-02T06:00")),
        ("activities/broken.fit", b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT"),
        ("routes/planned.gpx", gpx("2024-06-03T06:00")),
    ]
    receipt = imported(tmp_path, as_zip(tmp_path, content, members))
    assert (receipt.recordings.files, receipt.recordings.sessions) == (3, 3)
    found = {
        Path(row["source_file"]).name: row
        for row in landed(tmp_path)
        if row["source_kind"] == "device_file"
    }
    assert found["7.gpx.gz"]["activity_id"] == "1"
    assert found["7.gpx.gz"]["distance_m"] == pytest.approx(1800, rel=0.01)
    assert found["extra.gpx"]["activity_id"].startswith("file:")
    assert found["broken.fit"]["problem"] and found["broken.fit"]["problem_detail"]


def test_a_folder_of_recordings_alone_is_imported_and_known_content_not_parsed_again(
    tmp_path, monkeypatch
):
    folder = tmp_path / "garmin"
    folder.mkdir()
    (folder / "a.gpx").write_bytes(gpx())
    (folder / "copy of a.gpx.gz").write_bytes(gzip.compress(gpx()))
    (folder / "b.gpx").write_bytes(gpx("2024-06-02T06:00"))
    (folder / "readme.txt").write_text("not read")
    first = imported(tmp_path, folder)
    assert (first.recordings.files, first.recordings.sessions) == (3, 2)
    from stride.ingest import device

    monkeypatch.setattr(device, "read_device_file", lambda *_: pytest.fail("parsed again"))
    assert imported(tmp_path, folder).recordings.sessions == 0
    assert len(landed(tmp_path)) == 2


def test_samples_are_kept_on_request_also_of_recordings_that_landed_before(tmp_path):
    folder = tmp_path / "garmin"
    folder.mkdir()
    (folder / "a.gpx").write_bytes(gpx())
    (folder / "bad.gpx").write_bytes(b"<gpx>")
    imported(tmp_path, folder)
    (folder / "b.gpx").write_bytes(gpx("2024-06-02T06:00"))
    for _ in range(2):
        imported(tmp_path, folder, options=Options(with_streams=True))
        samples = landed(tmp_path, "streams")
        assert len(samples) == 2 * 121 and len(landed(tmp_path)) == 3
    assert {row["landed_row_id"] for row in samples} < {
        row["landed_row_id"] for row in landed(tmp_path)
    }
    assert samples[120]["distance_m"] == pytest.approx(1800, rel=0.01)
    assert not {"latitude", "longitude"} & set(samples[0])


def test_many_recordings_are_parsed_by_several_processes_in_order(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for day in range(1, 12):
        (folder / f"{day:02d}.gpx").write_bytes(gpx(f"2024-06-{day:02d}T06:00", 60))
    (folder / "05b.fit").write_bytes(b"no recording")
    seen = []
    options = Options("Europe/Lisbon", workers=2, started=lambda files: seen.append)
    receipt = imported(tmp_path, folder, options=options)
    assert receipt.recordings.sessions == 12 and sum(seen) == 12
    names = [Path(row["source_file"]).name for row in landed(tmp_path)]
    assert names == sorted(names)
    assert list(receipt.recordings.problems) == ["many/05b.fit"]


def _killer(entry):
    if "killer" in entry.name:
        os._exit(1)
    return recordings.parse(entry)


def test_a_file_that_kills_its_reader_harms_no_other(tmp_path, monkeypatch):
    folder = tmp_path / "many"
    folder.mkdir()
    for day in range(1, 12):
        name = "killer" if day == 6 else "run"
        (folder / f"{day:02d} {name}.gpx").write_bytes(gpx(f"2024-06-{day:02d}T06:00", 60))
    monkeypatch.setattr(recordings, "_parse", _killer)
    receipt = imported(tmp_path, folder, options=Options("Europe/Lisbon", workers=2))
    assert receipt.recordings.sessions == 11
    problems = {row["source_file"]: row["problem"] for row in landed(tmp_path) if row["problem"]}
    assert problems == {"many/06 killer.gpx": "crashed_reader"}


def test_a_killed_import_can_be_repeated_without_duplicates(tmp_path, monkeypatch):
    content = table(*(run(n) for n in range(1, 6)))
    path = as_zip(tmp_path, content, [("activities/a.gpx", gpx())])
    original = landing.write

    def full(landing_, kind, name, rows):
        if kind == "imports" and rows:
            raise KeyboardInterrupt
        return original(landing_, kind, name, rows)

    monkeypatch.setattr(landing, "write", full)
    with pytest.raises(KeyboardInterrupt):
        imported(tmp_path, path)
    monkeypatch.undo()
    imported(tmp_path, path)
    rows = landed(tmp_path)
    assert len(rows) == len({row["landed_row_id"] for row in rows}) == 6


def test_a_full_disk_gives_one_sentence_and_no_incomplete_file(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))

    def full(table, path, **_):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    path = as_csv(tmp_path, table(RUN))
    monkeypatch.setattr(pq, "write_table", full)
    done = CliRunner().invoke(main, ["import", str(path), "--athlete", "a", "--timezone", "UTC"])
    assert isinstance(done.exception, SystemExit) and done.exit_code == 1
    assert "can't be used: No space left on device." in done.output
    assert not list((tmp_path / "home").rglob("*.part"))


def test_two_imports_at_once_are_refused_in_a_sentence(tmp_path):
    path = as_csv(tmp_path, table(RUN))
    with (
        landing.writing(tmp_path / "landing"),
        pytest.raises(StrideError, match="Another import is writing"),
    ):
        imported(tmp_path, path)


def test_an_unknown_column_is_kept_and_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    path = as_csv(tmp_path, table(RUN))
    done = CliRunner().invoke(main, ["import", str(path), "--athlete", "a", "--timezone", "UTC"])
    assert "columns unknown to Stride, kept as they are: 'Future Column'" in done.output
    (row,) = landed(tmp_path)
    assert ["Future Column", "x"] in json.loads(row["raw_row"])
    assert landed(tmp_path, "imports")[0]["unknown_columns"] == "Future Column"


def test_a_mapped_table_lands_for_every_athlete_in_it(tmp_path):
    (tmp_path / "runs.csv").write_text(
        "who,id,day,sport,min,km\n"
        "ana,1,2024-06-01 23:30,Run,50,10\nbob,1,2024-06-01 06:00,Run,45,9\n"
    )
    (tmp_path / "runs.toml").write_text(
        'athlete = "who"\n[columns]\nactivity_id = "id"\nlocal_started_at = "day"\n'
        'sport_type = "sport"\nelapsed_time_s = "min"\ndistance_m = "km"\n'
        '[units]\nelapsed_time_s = "min"\ndistance_m = "km"\n'
    )
    options = Options("America/Chicago", mapping=tmp_path / "runs.toml")
    receipts = import_path(tmp_path / "runs.csv", tmp_path / "landing", None, options)
    assert [(r.athlete_id, r.table.new) for r in receipts] == [("ana", 1), ("bob", 1)]
    ana = next(row for row in landed(tmp_path) if row["athlete_id"] == "ana")
    # Half past eleven in Chicago; and an id of some table is no id of Strava's.
    assert ana["started_at"] == datetime(2024, 6, 2, 4, 30, tzinfo=UTC)
    assert ana["activity_id"] == "runs:1" and ana["distance_m"] == 10_000


def test_json_of_the_api_lands_with_the_zone_it_tells(tmp_path):
    activity = {
        "id": 9007199254740993,
        "type": "Run",
        "start_date": "2024-06-01T22:30:00Z",
        "start_date_local": "2024-06-02T07:30:00Z",
        "timezone": "(GMT+09:00) Asia/Tokyo",
        "elapsed_time": 600,
        "distance": 1800.0,
    }
    streams = {"time": list(range(0, 601, 5)), "distance": [3.0 * s for s in range(0, 601, 5)]}
    streams["heartrate"] = [140] * 121
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"activity": activity, "streams": streams}))
    assert imported(tmp_path, path).table.new == 1
    (row,) = landed(tmp_path)
    assert row["activity_id"] == "9007199254740993" and row["source_kind"] == "strava_api"
    assert row["time_zone"] == "Asia/Tokyo"
    assert row["local_started_at"] == datetime(2024, 6, 2, 7, 30, tzinfo=UTC)
    assert [(h["bpm"], h["seconds"]) for h in row["heart_rate_seconds"]] == [(140, 600.0)]
    assert {e["target"] for e in row["best_efforts"]} >= {400.0, 1000.0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.zip", "--athlete", "ana", "--timezone", "UTC"], "does not exist"),
        (["{csv}", "--athlete", "ana", "--timezone", "Lisbon"], "is not a time zone"),
        (["{csv}", "--athlete", "../ana", "--timezone", "UTC"], "is invalid"),
        (["{csv}"], "The athlete is missing"),
        (["{csv}", "--athlete", "ana"], "ana is new: set the time zone of the athlete"),
        (["{folder}", "--athlete", "ana", "--timezone", "UTC"], "no activities.csv and no FIT"),
        (["{empty}", "--athlete", "ana", "--timezone", "UTC"], "is empty"),
        (["{cut}", "--athlete", "ana", "--timezone", "UTC"], "can't be read"),
        (["{pdf}", "--athlete", "ana", "--timezone", "UTC"], "can't be read by Stride"),
        (
            ["*.zip", "--athlete", "ana", "--timezone", "UTC"],
            "A pattern is replaced by names outside",
        ),
        (["", "--athlete", "ana", "--timezone", "UTC"], "The path is empty"),
        (["{csv}", "{csv}", "--athlete", "ana", "--timezone", "UTC"], "Give one path"),
        (["~/nowhere.zip", "--athlete", "ana", "--timezone", "UTC"], "/nowhere.zip does not exist"),
        (
            ["{link}", "--athlete", "ana", "--timezone", "UTC"],
            "is a link to something that does not",
        ),
        (
            ["{xlsx}", "--athlete", "ana", "--timezone", "UTC"],
            "is a spreadsheet: save its sheet as",
        ),
        (["{rar}", "--athlete", "ana", "--timezone", "UTC"], "unpack it and import the folder"),
        (["{page}", "--athlete", "ana", "--timezone", "UTC"], "is a web page: log in"),
        (["{page_csv}", "--athlete", "ana", "--timezone", "UTC"], "is a web page and no table"),
        (["{zip}", "--athlete", "ana", "--timezone", "UTC"], "no zip archive, or cut off"),
        (
            ["{header}", "--athlete", "ana", "--timezone", "UTC"],
            "has no activities below the header",
        ),
        (["{csv}", "--athlete", "a", "--mapping", "{pdf}"], "is not a TOML file"),
        (["{fit}", "--athlete", "b", "--timezone", "UTC"], "could be used; what was read is in"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    (tmp_path / "empty_folder").mkdir()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_bytes(table())
    (tmp_path / "story.pdf").write_bytes(b"%PDF-1.7\x00\xff\x1b[2J")
    (tmp_path / "run.fit").write_bytes(b"no recording")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(table(RUN))[:-20])
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "all.rar").write_bytes(b"Rar!")
    (tmp_path / "page.zip").write_bytes(b"<!DOCTYPE html><html>Log in</html>")
    (tmp_path / "page.csv").write_bytes(b"<!DOCTYPE html><html>Log in</html>")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 <gpx>")
    (tmp_path / "link.zip").symlink_to(tmp_path / "gone.zip")
    names = {
        "link": tmp_path / "link.zip",
        "xlsx": tmp_path / "list.xlsx",
        "rar": tmp_path / "all.rar",
        "page": tmp_path / "page.zip",
        "page_csv": tmp_path / "page.csv",
        "zip": tmp_path / "cut.zip",
        "csv": as_csv(tmp_path, table(RUN)),
        "folder": tmp_path / "empty_folder",
        "empty": tmp_path / "empty.csv",
        "header": tmp_path / "header.csv",
        "cut": tmp_path / "cut.csv.gz",
        "pdf": tmp_path / "story.pdf",
        "fit": tmp_path / "run.fit",
    }
    done = CliRunner().invoke(main, ["import", *(part.format(**names) for part in arguments)])
    assert done.exit_code != 0 and sentence in done.output
    assert isinstance(done.exception, SystemExit) and "Traceback" not in done.output
    assert "\x1b" not in done.output
    landed_rows = (tmp_path / "home").rglob("activities/ana*.parquet")
    assert not list(landed_rows)


def test_one_bad_export_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    as_csv(tmp_path, table(RUN))
    (tmp_path / "athletes.csv").write_text(
        "athlete_id,timezone,archive\nbob,UTC,missing.zip\nana,UTC,activities.csv\n"
    )
    done = CliRunner().invoke(main, ["import", str(tmp_path / "athletes.csv")])
    assert done.exit_code == 1
    assert "ana: 1 activity imported." in done.output and "1 of 2 exports" in done.output


def test_a_home_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "file"))
    path = as_csv(tmp_path, table(RUN))
    done = CliRunner().invoke(main, ["import", str(path), "--athlete", "a", "--timezone", "UTC"])
    assert isinstance(done.exception, SystemExit)
    assert f"Error: {tmp_path}" in done.output and "can't be used" in done.output


def test_names_in_an_archive_do_not_steer_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("\x1b[2J\u202ecod.fit", b"junk")
        made.writestr("good.gpx", gpx())
    done = CliRunner().invoke(main, ["import", str(path), "--athlete", "a", "--timezone", "UTC"])
    assert done.exit_code == 0 and "1 read" in done.output
    assert "\x1b" not in done.output and "\u202e" not in done.output
