"""`stride import` as a user meets it: what lands, what is said, what is never lost."""

import csv
import gzip
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from stride.cli import main
from stride.errors import StrideError
from stride.ingest import land_export
from stride.ingest.strava_csv import read_rows

HEADER = [
    "Activity ID",
    "Activity Date",
    "Activity Name",
    "Activity Type",
    "Elapsed Time",
    "Distance",
    "Elapsed Time",
    "Moving Time",
    "Distance",
    "Future Column",
]
RUN = [
    "1",
    "Jul 5, 2018, 3:00:00 PM",
    "Morning Run",
    "Run",
    "439",
    "1.61",
    "439.0",
    "430.0",
    "1609.3",
    "x",
]


def table(*rows, header=HEADER) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def test_duplicate_headers_are_told_apart_by_occurrence():
    (row,) = read_rows(table(RUN), "activities.csv")
    assert (row["displayed_distance"], row["distance_m"]) == (1.61, 1609.3)
    assert (row["elapsed_time_s"], row["moving_time_s"]) == (439.0, 430.0)


def test_columns_are_found_by_name_wherever_they_stand():
    order = [3, 0, 1, 9, 4, 2]
    rows = read_rows(
        table([RUN[at] for at in order], header=[HEADER[at] for at in order]), "activities.csv"
    )
    assert rows[0]["activity_id"] == "1" and rows[0]["elapsed_time_s"] == 439.0
    assert rows[0]["distance_m"] is None


def test_unknown_columns_and_cells_with_newlines_are_kept():
    (row,) = read_rows(table([*RUN[:2], "two\nlines 🏃", *RUN[3:]]), "activities.csv")
    assert row["name"] == "two\nlines 🏃"
    assert ["Future Column", "x"] in json.loads(row["raw_row"])


def test_ids_beyond_two_to_the_53_stay_exact():
    (row,) = read_rows(table(["9007199254740993", *RUN[1:]]), "activities.csv")
    assert row["activity_id"] == "9007199254740993"


def test_a_bad_cell_spoils_neither_its_row_nor_the_others():
    rows = read_rows(table(["2", "soon", *RUN[2:]], RUN, RUN[:4]), "activities.csv")
    assert [row["unreadable_cells"] for row in rows] == ["started_at", None, "cell_count"]
    assert [row["source_row_number"] for row in rows] == [1, 2, 3]


def test_a_missing_column_is_named_with_the_columns_there_are():
    with pytest.raises(StrideError, match="lacks the column 'activity type'; it has: Activity ID"):
        read_rows(table(RUN[:3], header=[*HEADER[:3], "Elapsed Time"]), "activities.csv")


def as_csv(folder, content):
    (folder / "activities.csv").write_bytes(content)
    return folder / "activities.csv"


def as_gzip(folder, content):
    (folder / "activities.csv.gz").write_bytes(gzip.compress(content))
    return folder / "activities.csv.gz"


def as_folder(folder, content):
    (folder / "activities.csv").write_bytes(content)
    return folder


def as_zip(folder, content):
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("__MACOSX/activities.csv", "junk")
        archive.writestr("../../escape.txt", "junk")
        archive.writestr("export_1/activities.csv", content)
    return folder / "export.zip"


@pytest.mark.parametrize("shape", [as_csv, as_gzip, as_folder, as_zip])
def test_every_shape_of_an_export_lands_once(tmp_path, shape):
    source = tmp_path / "source"
    source.mkdir()
    path = shape(source, table(RUN))
    first = land_export(path, tmp_path / "landing", "ana", "Europe/Lisbon")
    again = land_export(path, tmp_path / "landing", "ana", "Europe/Lisbon")
    assert (first.rows, first.is_new, again.is_new) == (1, True, False)
    landed = pq.read_table(tmp_path / "landing" / "strava_activities").to_pylist()
    assert len(landed) == 1 and landed[0]["athlete_id"] == "ana"
    assert not (tmp_path / "escape.txt").exists()


def test_settings_land_again_only_when_they_change(tmp_path):
    path = as_csv(tmp_path, table(RUN))
    for zone in ("Europe/Lisbon", "Europe/Lisbon", "Asia/Tokyo"):
        land_export(path, tmp_path / "landing", "ana", zone)
    zones = pq.read_table(tmp_path / "landing" / "athletes")["time_zone"].to_pylist()
    assert sorted(zones) == ["Asia/Tokyo", "Europe/Lisbon"]


def test_athletes_whose_ids_begin_alike_do_not_share_settings(tmp_path):
    path = as_csv(tmp_path, table(RUN))
    land_export(path, tmp_path / "landing", "ana-1", "Europe/Lisbon")
    land_export(path, tmp_path / "landing", "ana", "Europe/Lisbon")
    landed = pq.read_table(tmp_path / "landing" / "athletes")["athlete_id"].to_pylist()
    assert sorted(landed) == ["ana", "ana-1"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.zip", "--athlete", "ana", "--timezone", "UTC"], "does not exist"),
        (["{csv}", "--athlete", "ana", "--timezone", "Lisbon"], "is no time zone"),
        (["{csv}", "--athlete", "../ana", "--timezone", "UTC"], "is not usable"),
        (["{csv}"], "Say whose export it is"),
        (["{folder}", "--athlete", "ana", "--timezone", "UTC"], "no activities.csv in the folder"),
        (["{empty}", "--athlete", "ana", "--timezone", "UTC"], "is empty"),
        (["{cut}", "--athlete", "ana", "--timezone", "UTC"], "can't be read"),
        (["{pdf}", "--athlete", "ana", "--timezone", "UTC"], "is no activities.csv of Strava"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    (tmp_path / "empty_folder").mkdir()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "story.pdf").write_bytes(b"%PDF-1.7\x00\xff\x1b[2J")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(table(RUN))[:-20])
    names = {
        "csv": as_csv(tmp_path, table(RUN)),
        "folder": tmp_path / "empty_folder",
        "empty": tmp_path / "empty.csv",
        "cut": tmp_path / "cut.csv.gz",
        "pdf": tmp_path / "story.pdf",
    }
    done = CliRunner().invoke(main, ["import", *(part.format(**names) for part in arguments)])
    assert done.exit_code != 0 and sentence in done.output
    assert isinstance(done.exception, SystemExit) and "Traceback" not in done.output
    assert "\x1b" not in done.output
    assert not list((tmp_path / "home").rglob("strava_activities/*"))


def test_one_bad_export_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    as_csv(tmp_path, table(RUN))
    (tmp_path / "athletes.csv").write_text(
        "athlete_id,timezone,archive\nbob,UTC,missing.zip\nana,UTC,activities.csv\n"
    )
    done = CliRunner().invoke(main, ["import", str(tmp_path / "athletes.csv")])
    assert done.exit_code == 1
    assert "ana: 1 activities imported." in done.output and "1 of 2 exports" in done.output


def test_a_home_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "file"))
    path = as_csv(tmp_path, table(RUN))
    done = CliRunner().invoke(main, ["import", str(path), "--athlete", "a", "--timezone", "UTC"])
    assert isinstance(done.exception, SystemExit)
    assert f"Error: {tmp_path}" in done.output and "can't be used" in done.output
