"""Recordings of devices and tools: valid, unusual, damaged and hostile."""

import csv
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from fit_writer import (
    START_S,
    activity,
    file_id,
    fit_file,
    length,
    record,
    session,
    steady_run,
    stryd,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from stride.ingest import schema
from stride.ingest.device import (
    PROBLEMS,
    Problem,
    measure_streams,
    read_device_file,
    read_sessions,
    streams,
    summarise,
)
from stride.ingest.device.summary import KEYS

START = datetime.fromtimestamp(START_S, UTC)


def one(name: str, content: bytes) -> dict:
    (row,) = read_device_file(name, content)
    assert row["problem"] is None, row["problem_detail"]
    return row


def problem(name: str, content: bytes) -> str:
    (row,) = read_device_file(name, content)
    assert row["problem"] in PROBLEMS
    assert name in row["problem_detail"]
    assert row["started_at"] is None
    assert set(row) == set(KEYS)
    return row["problem"]


def tcx(points: str, sport: str = "Running", head: str = "", totals: str = "") -> bytes:
    return (
        f"{head}<TrainingCenterDatabase "
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f'<Activities><Activity Sport="{sport}"><Id>2023-11-14T22:13:20Z</Id>'
        f'<Lap StartTime="2023-11-14T22:13:20Z">{totals}<Track>{points}</Track></Lap>'
        "</Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def tcx_points(seconds: int, mps: float = 3.0) -> str:
    return "".join(
        f"<Trackpoint><Time>{START + timedelta(seconds=t):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{t * mps}</DistanceMeters>"
        "<HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint>"
        for t in range(seconds)
    )


def gpx(points: str, kind: str = "running", head: str = "", name: str = "Evening") -> bytes:
    return (
        f'{head}<gpx xmlns="http://www.topografix.com/GPX/1/1" creator="x">'
        f"<trk><name>{name}</name><type>{kind}</type><trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def gpx_points(seconds: int, zone: str = "Z", mps: float = 3.0) -> str:
    return "".join(
        f'<trkpt lat="{50 + t * mps / 111_195}" lon="8"><ele>100</ele>'
        f"<time>{START + timedelta(seconds=t):%Y-%m-%dT%H:%M:%S}{zone}</time><extensions>"
        "<TrackPointExtension><hr>141</hr></TrackPointExtension></extensions></trkpt>"
        for t in range(seconds)
    )


# ---------------------------------------------------------------- the row


def test_a_row_has_the_landed_names_and_types():
    told_elsewhere = {
        "activity_id",
        "displayed_distance",
        "weight_kg",
        "relative_effort",
        "perceived_exertion",
        "is_race_flagged",
        "gear",
        "device_file",
    }
    landed = set(schema.SUMMARY) - told_elsewhere | set(schema.RECORDED)
    assert set(KEYS) == landed | {"raw_row", "problem", "problem_detail"}
    rows = [*read_device_file("a.fit", steady_run()), *read_device_file("b.fit", b"?")]
    fields = [field for field in schema.ACTIVITIES if field.name in KEYS]
    table = pa.Table.from_pylist(rows, pa.schema(fields))
    assert table.num_rows == 2


def test_parsers_are_imported_when_a_file_is_read_and_not_before():
    code = (
        "import sys, stride.ingest.device\n"
        "assert not {'fitdecode', 'lxml', 'numpy', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_streams_of_strava_are_measured_like_a_recording():
    time = list(range(1801))
    given_streams = {
        "time": time,
        "distance": [3.0 * t for t in time],
        "altitude": [5.0] * 1801,
        "heartrate": [None, *[150] * 1800],
        "watts": [1, 2],
        "latlng": [[1, 2]] * 1801,
    }
    measured = measure_streams(given_streams, "Run")
    assert set(schema.RECORDED) <= set(measured)
    assert measured["heart_rate_seconds"] == [{"bpm": 150, "seconds": 1799.0}]
    assert measured["graded_distance_m"] == pytest.approx(5400)
    assert {e["target"] for e in measured["best_efforts"]} == {400, 1000, 1609.344, 5000}
    assert not any(measure_streams({"time": ["x", None]}, "Run").values())
    assert not any(measure_streams({}, None).values())


# ---------------------------------------------------------------- FIT


def test_fit_run():
    row = one("run.fit", steady_run(1800, 3.0, 150))
    assert (row["sport_type"], row["is_indoor"]) == ("Run", False)
    assert row["started_at"] == START
    assert row["local_started_at"] == START + timedelta(hours=2)
    assert row["time_zone"] == "+02:00"
    assert row["elapsed_time_s"] == row["moving_time_s"] == 1800
    assert (row["distance_m"], row["elevation_gain_m"]) == (5400, 7)
    assert row["avg_hr_bpm"] == row["max_hr_bpm"] == 150
    assert row["heart_rate_seconds"] == [{"bpm": 150, "seconds": 1800.0}]
    assert row["graded_speed_mps"] == pytest.approx(3.0, rel=1e-3)
    said = json.loads(row["raw_row"])
    assert said["device"] == "garmin fr945"
    assert "warnings" not in said


@pytest.mark.parametrize(
    ("sport", "sub_sport", "expected", "is_indoor"),
    [
        ("running", "trail", "TrailRun", None),
        ("running", "treadmill", "Run", True),
        ("running", "virtual_activity", "VirtualRun", True),
        ("cycling", "virtual_activity", "VirtualRide", True),
        ("cycling", None, "Ride", None),
        ("swimming", None, "Swim", None),
    ],
)
def test_fit_sports(sport, sub_sport, expected, is_indoor):
    content = fit_file(
        [
            file_id(),
            *(record(t, heart_rate=120) for t in range(60)),
            session(0, 59, sport, sub_sport),
        ]
    )
    row = one("a.fit", content)
    assert (row["sport_type"], row["is_indoor"]) == (expected, is_indoor)


def test_distance_without_positions_was_run_indoors():
    samples = [record(t, distance=t * 3) for t in range(600)]
    assert one("a.fit", fit_file([file_id(), *samples, session(0, 599)]))["is_indoor"] is True


def test_fit_sentinels_are_missing_values():
    samples = [
        record(t, heart_rate=255 if t % 2 else 150, power=65535, temperature=127)
        for t in range(1201)
    ]
    row = one("a.fit", fit_file([file_id(), *samples, session(0, 1200)]))
    assert row["max_hr_bpm"] == 150
    assert row["heart_rate_seconds"] == [{"bpm": 150, "seconds": 1200.0}]
    assert row["avg_power_w"] is row["temperature_c"] is row["distance_m"] is None


def test_power_of_a_developer_field_counts_where_there_is_no_meter():
    samples = [record(t, heart_rate=150, developer={0: 240}) for t in range(1500)]
    row = one("a.fit", fit_file([file_id(), *stryd(), *samples, session(0, 1499)]))
    assert row["avg_power_w"] == row["weighted_power_w"] == 240


def test_a_triathlon_is_one_session_a_leg_without_transitions():
    samples = [record(t, heart_rate=120 + t // 600) for t in range(3000)]
    legs = [
        session(2400, 600, "running", distance=1800),
        session(0, 1200, "swimming", distance=1500),
        session(1200, 60, "transition"),
        session(1260, 1140, "cycling", distance=9000),
    ]
    rows = read_device_file("tri.fit", fit_file([file_id(), *samples, *legs]))
    assert [row["sport_type"] for row in rows] == ["Swim", "Ride", "Run"]
    assert [(row["started_at"] - START).total_seconds() for row in rows] == [0, 1260, 2400]
    assert [row["distance_m"] for row in rows] == [1500, 9000, 1800]
    assert [row["max_hr_bpm"] for row in rows] == [121, 123, 124]


def test_a_pool_swim_moves_between_the_walls_only():
    lengths = [length(60 * i, 50, is_active=i % 2 == 0) for i in range(10)]
    content = fit_file([file_id(), record(0), *lengths, session(0, 600, "swimming", distance=250)])
    row = one("pool.fit", content)
    assert row["moving_time_s"] == 250
    assert row["elapsed_time_s"] == 600


def test_a_session_without_samples_is_worth_its_totals():
    row = one("a.fit", fit_file([file_id(), session(0, 900, "running", distance=2500)]))
    assert (row["elapsed_time_s"], row["distance_m"]) == (900, 2500)
    assert row["heart_rate_seconds"] is row["best_efforts"] is None


def test_a_local_clock_that_copies_utc_tells_no_zone():
    samples = [record(t, heart_rate=120) for t in range(60)]
    row = one("a.fit", fit_file([file_id(), *samples, session(0, 59), activity(59, 0)]))
    assert row["time_zone"] is row["local_started_at"] is None


def test_a_fit_file_of_another_kind_has_no_records():
    assert problem("settings.fit", fit_file([file_id()])) == "no_records"


def test_a_wrong_checksum_is_a_warning():
    content = steady_run(600)
    row = one("a.fit", content[:-1] + bytes([content[-1] ^ 1]))
    assert row["elapsed_time_s"] == 600
    assert json.loads(row["raw_row"])["warnings"] == ["the checksum is wrong"]


def test_a_header_without_a_length_is_read():
    content = steady_run(600)
    row = one("a.fit", content[:4] + bytes(4) + content[8:])
    assert row["distance_m"] == 1800


def test_a_truncated_fit_file_is_read_up_to_the_cut():
    content = steady_run(900)
    usable = 0
    for end in range(1, len(content), 97):
        (row,) = read_device_file("cut.fit", content[:end])
        if row["problem"]:
            assert row["problem"] == "truncated_file"
            assert usable == 0  # once there is a sample, every longer piece has it too
        else:
            assert row["elapsed_time_s"] >= usable
            usable = row["elapsed_time_s"]
            assert json.loads(row["raw_row"])["warnings"]
    assert usable >= 890


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_fit_file_with_wrong_bytes_never_raises(data):
    content = bytearray(steady_run(60))
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    for row in read_device_file("noise.fit", bytes(content)):
        assert row["problem"] is None or row["problem"] in PROBLEMS


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x0e\x10\x00\x00\xff\0\0\0.FIT", b"<gpx>", b"\xff\xfe<\0", b"<?xml"]),
    st.sampled_from(["a.fit", "b.TCX", "c.gpx", "d"]),
)
def test_random_bytes_are_a_problem_and_no_exception(noise, head, name):
    (row,) = read_device_file(name, head + noise)
    assert row["problem"] in PROBLEMS


# ---------------------------------------------------------------- TCX and GPX


def test_tcx_run():
    row = one("run.tcx", tcx(tcx_points(1801)))
    assert (row["sport_type"], row["is_indoor"]) == ("Run", True)
    assert row["started_at"] == START
    assert row["moving_time_s"] == 1800
    assert row["avg_hr_bpm"] == 150
    assert row["time_zone"] is None


def test_every_activity_of_a_tcx_file_is_a_session():
    half = tcx(tcx_points(60)).decode()
    inner = half[half.index("<Activity ") : half.index("</Activities>")]
    both = half.replace(inner, inner + inner.replace("Running", "Biking")).encode()
    assert [row["sport_type"] for row in read_device_file("a.tcx", both)] == ["Run", "Ride"]


def test_a_gpx_run_with_an_offset_has_local_time():
    row = one("run.gpx", gpx(gpx_points(1201, zone="+02:00")))
    assert row["name"] == "Evening"
    assert row["started_at"] == START - timedelta(hours=2)
    assert row["local_started_at"] == START
    assert row["time_zone"] == "+02:00"
    assert row["distance_m"] == pytest.approx(3600, rel=1e-3)
    assert row["avg_hr_bpm"] == 141
    assert one("run.gpx", gpx(gpx_points(60)))["time_zone"] is None


def test_segments_of_a_track_are_one_session_and_tracks_are_several():
    points = gpx_points(60)
    split = points.replace("</trkpt>", "</trkpt></trkseg><trkseg>", 1)
    assert one("a.gpx", gpx(split))["elapsed_time_s"] == 59
    whole = gpx(points).decode()
    track = whole[whole.index("<trk>") : whole.index("</gpx>")]
    untimed = "<trk><trkseg><trkpt lat='1' lon='1'/></trkseg></trk>"
    rows = read_device_file("a.gpx", whole.replace(track, track + untimed + track).encode())
    assert len(rows) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(encoding):
    text = gpx(gpx_points(10), name="Zürich 東京").decode()
    row = one("a.gpx", text.encode(encoding))
    assert row["name"] == "Zürich 東京"


def test_declared_latin_1_is_read():
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    content = gpx(gpx_points(10), head=head, name="Zürich").decode().encode("latin-1")
    assert one("a.gpx", content)["name"] == "Zürich"


def test_blanks_before_the_declaration_are_skipped():
    head = '          <?xml version="1.0" encoding="UTF-8"?>\n'
    assert one("a.tcx", tcx(tcx_points(30), head=head))["elapsed_time_s"] == 29


def test_an_undeclared_prefix_and_a_missing_end_are_mended():
    points = tcx_points(60).replace(
        "</Trackpoint>",
        "<Extensions><ns3:TPX><ns3:Watts>200</ns3:Watts></ns3:TPX></Extensions></Trackpoint>",
    )
    whole = tcx(points)
    row = one("a.tcx", whole)
    assert row["avg_power_w"] == 200
    assert "ns3" in json.loads(row["raw_row"])["warnings"][0]
    cut = one("a.tcx", whole[: len(whole) // 2])
    assert 25 <= cut["elapsed_time_s"] <= 35


def test_a_file_cut_in_half_is_no_record_over_its_whole_distance():
    totals = "<TotalTimeSeconds>3600</TotalTimeSeconds><DistanceMeters>10800</DistanceMeters>"
    whole = tcx(tcx_points(3601), totals=totals)
    assert one("a.tcx", whole)["distance_m"] == 10800
    row = one("a.tcx", whole[: len(whole) // 2])
    assert row["distance_m"] == pytest.approx(3 * row["elapsed_time_s"], abs=4)
    assert row["moving_time_s"] == row["elapsed_time_s"]


def test_content_counts_for_more_than_the_name():
    assert one("a.gpx", steady_run(60))["sport_type"] == "Run"
    assert one("a.fit", tcx(tcx_points(60)))["sport_type"] == "Run"
    assert one("A.TCX", gpx(gpx_points(60)))["name"] == "Evening"


def test_text_of_a_file_is_one_printable_line():
    row = one("a.gpx", gpx(gpx_points(10), name="a\n b\x07&lt;i&gt;" + "x" * 900))
    assert row["name"].startswith("a b<i>xxx")
    assert len(row["name"]) <= 200


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.fit", b"", "empty_file"),
        ("a.fit", b"Dear diary", "not_a_recording"),
        ("._a.fit", b"\0\5\x16\7\0\2\0\0Mac OS X        ", "not_a_recording"),
        ("a.fit", b"\x0e\x10\x67", "truncated_file"),
        ("a.gpx", b"<html><body/></html>", "not_a_recording"),
        ("a.zip", b"PK\3\4", "not_a_recording"),
        ("a.tcx", b"<<<<", "broken_file"),
        ("a.gpx", b"<gpx></gpx>", "no_records"),
        ("a.tcx", tcx("").replace(b"Activit", b"Cours"), "no_records"),
        ("a.tcx", tcx(""), "no_records"),
        ("a.gpx", gpx('<trkpt lat="1" lon="1"/>'), "no_times"),
        (
            "a.gpx",
            gpx('<trkpt lat="1" lon="1"><time>1970-01-01T00:00:00Z</time></trkpt>'),
            "no_times",
        ),
    ],
)
def test_an_unusable_file_has_a_reason(name, content, code):
    assert problem(name, content) == code


# ---------------------------------------------------------------- hostile XML

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<!DOCTYPE gpx SYSTEM "file:///etc/passwd">',
        '<!doctype gpx [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        '<?xml version="1.0"?><!-- a --><!DOCTYPE gpx>',
    ],
)
def test_document_types_are_refused_in_every_encoding(head, encoding):
    content = gpx(gpx_points(5), head=head, name="&b;").decode().encode(encoding)
    assert problem("a.gpx", content) == "unsafe_xml"


@pytest.mark.parametrize("declared", ["utf-7", "ebcdic-cp-us", "cp037", "utf-16"])
def test_a_declared_encoding_does_not_hide_entities(declared):
    head = f'<?xml version="1.0" encoding="{declared}"?>{LAUGHS}'
    assert problem("a.gpx", gpx("", head=head)) in ("unsafe_xml", "broken_file")
    utf_7 = gpx("", head=f'<?xml version="1.0" encoding="{declared}"?>+ADwAIQ-DOCTYPE x+AD4-')
    assert problem("a.gpx", utf_7) in ("no_records", "broken_file")


def test_ebcdic_is_no_recording():
    assert problem("a.gpx", gpx("", head=LAUGHS).decode().encode("cp037")) == "not_a_recording"


def test_an_unknown_entity_is_not_looked_up():
    row = one("a.gpx", gpx(gpx_points(5), name="a&passwd;b"))
    assert "root:" not in (row["name"] or "")


@pytest.mark.parametrize("depth", [300, 100_000])
def test_absurd_depth_is_refused(depth):
    content = gpx("<a>" * depth + "</a>" * depth)
    assert problem("deep.gpx", content) == "unsafe_xml"


def test_a_document_type_inside_is_refused_too():
    assert problem("a.gpx", gpx(gpx_points(5) + "<!DOCTYPE x>")) == "unsafe_xml"


# ---------------------------------------------------------------- streams


def test_streams_leave_out_where_the_athlete_lives():
    (found,) = read_sessions("run.fit", steady_run(60))
    table = streams(found)
    assert table.num_rows == 61
    assert "latitude" not in table.column_names
    assert table["heart_rate_bpm"].to_pylist() == [150.0] * 61
    assert table["power_w"].null_count == 61
    assert streams(found, with_position=True)["latitude"].null_count == 0


# ---------------------------------------------------------------- real files


def unpacked(folder, path: str) -> tuple[str, bytes]:
    content = (folder / path).read_bytes()
    name = path.rsplit("/", 1)[-1]
    if name.lower().endswith(".gz"):
        return name[:-3], gzip.decompress(content)
    return name, content


@pytest.fixture(scope="module")
def real_files(real_data) -> list[tuple[dict, object, list[dict]]]:
    """Return each line of the manifest with the parsed file and its rows."""
    folder = real_data / "device_files"
    read = []
    for line in csv.DictReader((folder / "MANIFEST.csv").open()):
        name, content = unpacked(folder, line["path"])
        found = read_sessions(name, content)
        rows = [] if isinstance(found, Problem) else [summarise(session) for session in found]
        read.append((line, found, rows))
    assert len(read) > 80
    return read


def test_real_files_that_parse_give_sessions(real_files):
    # Parsed by others, but none of their points has a time; or its time is before any device.
    undated = {
        "gpxpy/Mojstrovka.gpx",
        "gpxpy/track-with-extremes.gpx",
        "gpxpy/track-with-small-floats.gpx",
        "gpxpy/track_with_dilution_errors.gpx",
    }
    wrong = {}
    for line, found, _ in real_files:
        code = found.code if isinstance(found, Problem) else None
        expected = "no_times" if line["path"] in undated else None
        if line["result"] == "ok" and code != expected:
            wrong[line["path"]] = code
    assert wrong == {}


def test_unreadable_real_files_have_a_reason(real_files):
    codes = {
        line["path"]: found.code if isinstance(found, Problem) else "read"
        for line, found, _ in real_files
        if line["result"] != "ok"
    }
    # No samples, but the device's own totals; and XML that is mended.
    assert {path for path, code in codes.items() if code == "read"} == {
        "goldencheetah/2012_02_05_09_03_59.fit",
        "scikit-sports/CORRUPT__2015-11-27-18-54-57.fit",
        "runpandas/tcx__malformed.tcx.gz",
    }
    assert codes["elevate/others__empty.fit"] == "empty_file"
    assert codes["elevate/compressed-activities__samples.zip"] == "not_a_recording"
    assert all(
        "_empty.fit" not in p or c == "not_a_recording" for p, c in codes.items() if "._" in p
    )
    routes = {c for p, c in codes.items() if p.startswith("gpxpy/")}
    assert routes == {"no_records", "not_an_activity"}


def test_real_files_start_when_the_manifest_says(real_files):
    wrong = {}
    for line, _, rows in real_files:
        if not rows or line["start"] in ("", "None"):
            continue
        start = datetime.fromisoformat(line["start"])
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if abs((rows[0]["started_at"] - start).total_seconds()) > 60:
            wrong[line["path"]] = rows[0]["started_at"], start
    assert wrong == {}


def test_real_files_have_as_many_heart_rates_as_the_manifest_says(real_files):
    more, fewer = {}, {}
    for line, found, rows in real_files:
        if not rows or not line["with_hr"]:
            continue
        count = sum(
            int(np.isfinite(session.heart_rate_bpm).sum())
            for session in found
            if session.heart_rate_bpm is not None
        )
        expected = int(line["with_hr"])
        if count > expected:
            more[line["path"]] = count, expected
        elif count < 0.995 * expected - 3:
            fewer[line["path"]] = count, expected
    # The strap handed its beats over after the swim.
    assert set(more) == {"elevate/swimming__spiros-01.fit", "elevate/swimming__spiros-02.fit"}
    assert set(fewer) == {
        "elevate/others__flagged-hr.fit",  # above 230 almost throughout
        "elevate/others__flagged-speed.fit.gz",  # 0 throughout
        "goldencheetah/14582164182.fit.gz",  # 0 for seven minutes
        "goldencheetah/MultiSport-2019-11-24.fit.gz",  # the transitions are left out
        "sweatpy/6471559601_ACTIVITY.fit",  # likewise
        "sweatpy/activity_5039744860.tcx.gz",  # the ends of laps are noted twice
    }


def test_real_rows_are_consistent(real_files):
    for line, _, rows in real_files:
        for row in rows:
            path = line["path"]
            assert set(row) == set(KEYS), path
            assert row["elapsed_time_s"] >= 0, path
            if row["moving_time_s"] is not None:
                assert 0 <= row["moving_time_s"] <= row["elapsed_time_s"] + 3, path
            if row["heart_rate_seconds"]:
                total = sum(entry["seconds"] for entry in row["heart_rate_seconds"])
                assert total <= row["elapsed_time_s"] + 3, path
                assert all(30 <= entry["bpm"] <= 230 for entry in row["heart_rate_seconds"]), path
            values = [effort["value"] for effort in row["best_efforts"] or []]
            assert np.isfinite(values).all() and (np.array(values) > 0).all(), path
            json.loads(row["raw_row"])


@pytest.mark.parametrize(
    "paths",
    [
        ("elevate/running__sloatsburg.fit.gz", "elevate/running__sloatsburg.tcx.gz"),
        (
            "sweatpy/4801048867.fit.gz",
            "sweatpy/activity_4801048867.tcx.gz",
            "sweatpy/4801048867_strava.gpx.gz",
        ),
        ("goldencheetah/10kUNLP2014-Garmin15.fit", "goldencheetah/10kUNLP2014-Garmin15.tcx.gz"),
    ],
)
def test_the_same_session_in_every_format(real_files, paths):
    rows = {line["path"]: rows[0] for line, _, rows in real_files if line["path"] in paths}
    first, *others = (rows[path] for path in paths)
    for other in others:
        assert abs((other["started_at"] - first["started_at"]).total_seconds()) <= 60
        for key in ("distance_m", "moving_time_s", "elapsed_time_s"):
            assert other[key] == pytest.approx(first[key], rel=0.01), key
        if first["avg_hr_bpm"]:
            assert other["avg_hr_bpm"] == pytest.approx(first["avg_hr_bpm"], abs=1)
        for mine, theirs in zip(
            first["best_efforts"] or [], other["best_efforts"] or [], strict=False
        ):
            if mine["kind"] == theirs["kind"] == "distance":
                assert theirs["value"] == pytest.approx(mine["value"], rel=0.01)


def test_weighted_power_equals_that_of_the_device(real_files):
    """Head units that count zeros agree within 1 % or 2 W."""
    rows = {line["path"]: rows[0] for line, _, rows in real_files if rows}
    for path, device in [
        ("elevate/cycling__first-power-ride.fit.gz", 172),
        ("elevate/others__flagged-speed.fit.gz", 226),
        ("sweatpy/4078723797.fit.gz", 267),
    ]:
        assert rows[path]["weighted_power_w"] == pytest.approx(device, abs=2), path


def test_thirty_days_of_one_runner(real_data):
    folder = real_data / "trackeR_june2013_tcx" / "activities"
    paths = sorted(folder.glob("*.gz"))
    assert len(paths) == 33
    for path in paths:
        name, content = unpacked(folder, path.name)
        row = one(name, content)
        # The name is the clock on the spot, an hour ahead of UTC.
        local = datetime.strptime(name[:17], "%Y-%m-%d-%H%M%S").replace(tzinfo=UTC)
        assert abs((row["started_at"] - local).total_seconds() + 3600) <= 60, name
        assert row["sport_type"] == "Run"
        assert 60 < row["avg_hr_bpm"] < 200, name
        total = sum(entry["seconds"] for entry in row["heart_rate_seconds"])
        assert total <= row["elapsed_time_s"] + 1
        assert row["distance_m"] / row["moving_time_s"] < 6.5, name
