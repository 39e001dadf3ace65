"""Recordings with a wrong clock, and recordings without a sport."""

import re
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from fit_writer import (
    START_S,
    activity,
    file_id,
    fit_file,
    lap,
    monitoring,
    record,
    session,
    sport,
    steady_run,
    timer_stop,
)

from stride.ingest import landing
from stride.ingest.device import fit, read_device_file
from stride.ingest.device.fit import FIT_EPOCH_S
from stride.ingest.importing import Options, import_path

START = datetime.fromtimestamp(START_S, UTC)
DAY_S, HOUR_S = 86400, 3600
ROLLOVER_S = 1024 * 7 * DAY_S
SINCE_POWER_ON = 17_217_864 - (START_S - FIT_EPOCH_S)
"""Seconds from `START_S` to a FIT time that counts from when the device was switched on."""
BERLIN = Options(time_zone="Europe/Berlin")


def one(name: str, content: bytes) -> dict:
    (row,) = read_device_file(name, content)
    assert row["problem"] is None, row["problem_detail"]
    return row


def run(*messages, at: float = 0, seconds: int = 1800) -> bytes:
    samples = [record(at + t, distance=t * 3, heart_rate=150) for t in range(seconds + 1)]
    return fit_file([*messages[:1], *samples, *messages[1:]])


def tcx(start: datetime, name: str | None = None) -> bytes:
    points = "".join(
        f"<Trackpoint><Time>{start + timedelta(seconds=t):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{t * 3}</DistanceMeters></Trackpoint>"
        for t in range(0, 601, 5)
    )
    return (
        '<TrainingCenterDatabase><Activities><Activity Sport="Running">'
        f'<Id>{name or f"{start:%Y-%m-%dT%H:%M:%SZ}"}</Id><Lap StartTime="'
        f'{start:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>600</TotalTimeSeconds>'
        f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def gpx(start: datetime, kind: str = "<type>running</type>", metadata: str = "") -> bytes:
    points = "".join(
        f'<trkpt lat="{48 + t * 3 / 111_195:.7f}" lon="9.1">'
        f"<time>{start + timedelta(seconds=t):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for t in range(0, 601, 5)
    )
    return f"<gpx>{metadata}<trk>{kind}<trkseg>{points}</trkseg></trk></gpx>".encode()


# ---------------------------------------------------------------- clock never set


def test_times_since_power_on_take_the_day_of_the_local_timestamp():
    at = SINCE_POWER_ON
    row = one(
        "a.fit",
        run(
            file_id(created=at),
            session(at, 1800, distance=5400),
            activity(at + 1800, -SINCE_POWER_ON + HOUR_S),
            at=at,
        ),
    )
    assert row["local_started_at"] == START + timedelta(hours=1)
    assert row["started_at"] is None  # UTC follows from the athlete's home
    assert (row["elapsed_time_s"], row["clock_flag"]) == (1800, "clock_never_set")


def test_times_since_power_on_take_the_time_that_the_file_was_created():
    row = one("a.fit", run(file_id(), session(SINCE_POWER_ON, 1800), at=SINCE_POWER_ON))
    assert (row["started_at"], row["clock_flag"]) == (START, "clock_never_set")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("2023-11-14-23-13-20.fit", run(file_id(created=SINCE_POWER_ON), at=SINCE_POWER_ON)),
        ("run_20231114T231320.tcx", tcx(datetime(1980, 1, 6, tzinfo=UTC))),
        ("2023-11-14 23.13.20.gpx", gpx(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))),
        ("20231114231320.gpx", gpx(datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC))),
    ],
)
def test_a_clock_that_was_never_set_takes_the_time_of_the_name(name, content):
    row = one(name, content)
    assert row["local_started_at"] == START + timedelta(hours=1)
    assert row["clock_flag"] == "clock_never_set"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.fit", run(file_id(created=SINCE_POWER_ON), at=SINCE_POWER_ON)),
        ("a.tcx", tcx(datetime(1980, 1, 6, tzinfo=UTC))),
        ("a.gpx", gpx(datetime(1999, 12, 31, tzinfo=UTC))),
    ],
)
def test_without_another_clock_it_is_put_aside(name, content):
    (row,) = read_device_file(name, content)
    assert row["problem"] == "no_times"
    assert "the clock of its device was never set" in row["problem_detail"]


@pytest.mark.parametrize("kind", [gpx, tcx])
@pytest.mark.parametrize(
    ("wrong", "is_never_set"),
    [
        (datetime(1999, 8, 22, 0, 0, 9, tzinfo=UTC), True),  # where GPS weeks begin again
        (datetime(2000, 1, 3, tzinfo=UTC), True),
        (datetime(2012, 1, 1, 0, 3, tzinfo=UTC), True),
        (datetime(2012, 1, 2, 0, 3, tzinfo=UTC), False),
        (datetime(2021, 1, 1, 9, 0, tzinfo=UTC), False),  # a run on New Year's Day
    ],
)
def test_a_clock_that_begins_on_a_first_of_january_takes_the_day_of_the_name(
    kind, wrong, is_never_set
):
    row = one("2021-05-16.x", kind(wrong))
    start = datetime(2021, 5, 16, 12, tzinfo=UTC) if is_never_set else wrong
    assert (row["local_started_at"] if is_never_set else row["started_at"]) == start
    assert row["clock_flag"] == ("clock_never_set" if is_never_set else None)


def test_what_is_known_by_the_local_clock_alone_lands_with_the_home_zone(tmp_path):
    (tmp_path / "2023-11-14-23-13-20.gpx").write_bytes(gpx(datetime(1980, 1, 6, tzinfo=UTC)))
    import_path(tmp_path / "2023-11-14-23-13-20.gpx", tmp_path / "landing", "ana", BERLIN)
    (row,) = landing.read(tmp_path / "landing", "activities", "ana", ["started_at"])
    assert row["started_at"] == START


# ---------------------------------------------------------------- GPS week rollover


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.fit", run(file_id(), session(-ROLLOVER_S, 1800), at=-ROLLOVER_S)),
        ("2023-11-14.tcx", tcx(START - timedelta(seconds=ROLLOVER_S))),
        ("a.tcx", tcx(START - timedelta(seconds=ROLLOVER_S), f"{START:%Y-%m-%dT%H:%M:%SZ}")),
        ("20231114-231320.gpx", gpx(START + timedelta(seconds=ROLLOVER_S))),
    ],
)
def test_a_second_clock_undoes_a_gps_week_rollover(name, content):
    row = one(name, content)
    assert (row["started_at"], row["clock_flag"]) == (START, "gps_week_rollover")


def test_when_a_file_was_written_is_evidence_only_before_there_were_watches():
    rolled, written_s = START - timedelta(seconds=ROLLOVER_S), [START_S + HOUR_S]
    (row,) = read_device_file("a.tcx", tcx(rolled), written_s=written_s)
    assert row["clock_flag"] == "gps_week_rollover"
    real = datetime(2007, 4, 14, tzinfo=UTC)
    copied = [(real + timedelta(seconds=ROLLOVER_S)).timestamp()]
    (row,) = read_device_file("a.tcx", tcx(real), written_s=copied)
    assert (row["clock_flag"], row["started_at"]) == (None, real)


def test_a_lone_activity_years_before_all_others_is_reported(tmp_path):
    starts = [datetime(2001, 6, 2, tzinfo=UTC), *(START + timedelta(days=n) for n in range(9))]
    for number, start in enumerate(starts):
        (tmp_path / f"{number}.tcx").write_bytes(tcx(start))
    (receipt,) = import_path(tmp_path, tmp_path / "landing", "ana", BERLIN)
    (sentence,) = receipt.notes
    assert "1 activity is dated 22 years before all others, 2001-06-02" in sentence
    assert "2021-01-16" in sentence


# ---------------------------------------------------------------- clock set in the recording


@pytest.mark.parametrize("jump_s", [3 * HOUR_S, DAY_S, -2 * HOUR_S, 20 * 365 * DAY_S])
def test_a_clock_that_was_set_after_the_start_is_no_pause(jump_s):
    samples = [
        record(t if t >= 600 else t - jump_s, distance=t * 3.0, heart_rate=172) for t in range(2701)
    ]
    content = fit_file(
        [file_id(), *samples, session(-jump_s, 2700, distance=8100), activity(2700, HOUR_S)]
    )
    row = one("a.fit", content)
    assert (row["elapsed_time_s"], row["moving_time_s"]) == (2700, 2700)
    assert (row["started_at"], row["clock_flag"]) == (START, "clock_set_in_recording")


def test_samples_left_over_from_days_before_are_left_out():
    stale = [record(t - 6 * DAY_S, distance=0, heart_rate=80) for t in range(11)]
    samples = [record(t, distance=t * 3, heart_rate=150) for t in range(1801)]
    row = one("a.fit", fit_file([file_id(), *stale, *samples, session(0, 1800, distance=5400)]))
    assert (row["started_at"], row["elapsed_time_s"]) == (START, 1800)
    assert (row["avg_hr_bpm"], row["clock_flag"]) == (150, "stale_samples")


def test_leftover_samples_are_dropped_from_a_track_without_a_duration():
    points = gpx(START - timedelta(days=3)).decode().split("<trkseg>")[1].split("</trkpt>")[0]
    content = gpx(START).decode().replace("<trkseg>", f"<trkseg>{points}</trkpt>").encode()
    row = one("a.gpx", content)
    assert (row["started_at"], row["elapsed_time_s"]) == (START, 600)
    assert row["clock_flag"] == "stale_samples"


def test_a_pause_that_the_device_counted_stays_a_pause():
    samples = [
        record(t if t < 600 else t + 3 * HOUR_S, distance=t * 3, heart_rate=150)
        for t in range(2701)
    ]
    elapsed = 2700 + 3 * HOUR_S
    row = one("a.fit", fit_file([file_id(), *samples, session(0, elapsed, timer=2700)]))
    assert (row["elapsed_time_s"], row["clock_flag"]) == (elapsed, None)


def test_a_gap_with_a_stopped_timer_is_a_pause_despite_the_duration():
    samples = [
        record(t if t < 600 else t + HOUR_S, distance=t * 3, heart_rate=150) for t in range(2701)
    ]
    stops = [timer_stop(600), timer_stop(2700 + HOUR_S)]
    row = one("a.fit", fit_file([file_id(), *samples, *stops, session(0, 2700)]))
    assert (row["elapsed_time_s"], row["clock_flag"]) == (2700 + HOUR_S, None)


# ---------------------------------------------------------------- sports


@pytest.mark.parametrize(
    ("word", "sport_type"),
    [
        ("Laufen", "Laufen"),
        ("Trail Run", "Trail Run"),
        ("treadmill", "Treadmill"),
        ("course à pied", "Course à pied"),
        ("Gravel_Ride", "Gravel Ride"),
        ("Quidditch", "Quidditch"),
        ("other", None),
    ],
)
def test_words_of_gpx_reach_the_seed(word, sport_type):
    assert one("a.gpx", gpx(START, f"<type>{word}</type>"))["sport_type"] == sport_type


def test_a_run_in_any_language_is_measured_as_a_run():
    english, german = (one("a.gpx", gpx(START, f"<type>{w}</type>")) for w in ("Run", "Laufen"))
    assert german["best_efforts"] == english["best_efforts"] and english["best_efforts"]


def test_a_fit_without_session_takes_the_sport_of_the_sport_message_or_the_laps():
    assert one("a.fit", run(file_id(), sport("running", "trail")))["sport_type"] == "TrailRun"
    assert one("a.fit", run(file_id(), lap(0, 1800, "cycling")))["sport_type"] == "Ride"


def test_recordings_without_a_sport_are_counted_and_can_be_given_one_later(tmp_path):
    (tmp_path / "a.gpx").write_bytes(gpx(START, kind=""))
    (tmp_path / "b.gpx").write_bytes(gpx(START + timedelta(days=1)))
    landed = tmp_path / "landing"
    (receipt,) = import_path(tmp_path, landed, "ana", BERLIN)
    assert receipt.recordings.sports == {None: 1, "Run": 1}
    (receipt,) = import_path(tmp_path, landed, "ana", BERLIN)
    assert receipt.recordings.sessions == 0
    (receipt,) = import_path(tmp_path, landed, "ana", BERLIN._replace(sport="trail running"))
    assert (receipt.recordings.changed, receipt.recordings.sports) == (1, {"TrailRun": 1})
    rows = landing.read(landed, "activities", "ana", ["landed_row_id", "activity_id"])
    assert len({row["landed_row_id"] for row in rows}) == 3
    assert len({row["activity_id"] for row in rows}) == 2


# ---------------------------------------------------------------- no activity


@pytest.mark.parametrize(("kind", "word"), [(32, "monitoring b"), (49, "type 49"), (2, "settings")])
def test_files_of_a_watch_that_hold_no_activity_are_a_kind_of_their_own(kind, word, tmp_path):
    content = fit_file([file_id(kind), monitoring()])
    (row,) = read_device_file("a.fit", content)
    assert row["problem"] == "not_an_activity"
    assert word in row["problem_detail"]
    (tmp_path / "a.fit").write_bytes(content)
    (tmp_path / "b.fit").write_bytes(steady_run(60))
    (receipt,) = import_path(tmp_path, tmp_path / "landing", "ana", BERLIN)
    assert (receipt.recordings.other, receipt.recordings.problems) == (1, {})


def test_a_course_is_no_activity():
    samples = [record(t, distance=t * 3) for t in range(60)]
    (row,) = read_device_file("a.fit", fit_file([file_id(6), *samples]))
    assert row["problem"] == "not_an_activity"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tcx", b"<TrainingCenterDatabase><Courses><Course/></Courses></TrainingCenterDatabase>"),
        ("a.gpx", b"<gpx><rte><rtept lat='1' lon='2'/></rte></gpx>"),
        ("b.gpx", b"<gpx><wpt lat='1' lon='2'/></gpx>"),
    ],
)
def test_courses_routes_and_places_are_no_activities(name, content):
    (row,) = read_device_file(name, content)
    assert row["problem"] == "not_an_activity"


@pytest.mark.parametrize("content", [gpx(START), tcx(START), steady_run(600)])
def test_a_recording_is_known_by_its_content_whatever_its_name(tmp_path, content):
    file = tmp_path / "recording.txt"
    file.write_bytes(content)
    (receipt,) = import_path(file, tmp_path / "landing", "ana", BERLIN)
    assert receipt.recordings.sports == {"Run": 1}


# ---------------------------------------------------------------- times of other forms


@pytest.mark.parametrize(
    "form",
    [
        "{:%Y-%m-%dT%H:%M:%Sz}",
        "{:%Y-%m-%d %H:%M:%S UTC}",
        "{:%Y-%m-%dT%H:%M:%SZZ}",
        "{0.year}-{0.month}-{0.day}T{0.hour}:{0.minute}:{0.second}Z",
        "{:%Y/%m/%d %H:%M:%S}",
        "{:%Y%m%dT%H%M%SZ}",
        "{:%Y-%m-%dT%H:%M:%S,000Z}",
        "{:%Y-%m-%dT%H:%M:%S+0000}",
    ],
)
def test_times_of_other_forms_are_read(form):
    points = "".join(
        f'<trkpt lat="{48 + t / 37_000:.6f}" lon="9.1"><time>'
        f"{form.format(START + timedelta(seconds=t))}</time></trkpt>"
        for t in range(0, 601, 5)
    )
    row = one("a.gpx", f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode())
    assert (row["started_at"], row["elapsed_time_s"]) == (START, 600)


@pytest.mark.parametrize("text", ["05.01.2024 07:00:00", "0000-00-00T07:00:00Z", "7 am"])
@pytest.mark.parametrize("kind", ["gpx", "tcx"])
def test_a_time_that_cannot_be_read_is_quoted(kind, text):
    content = gpx(START) if kind == "gpx" else tcx(START)
    content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text.encode(), content)
    (row,) = read_device_file(f"a.{kind}", content)
    assert row["problem"] == "no_times" and f"such as '{text}'" in row["problem_detail"]


# ---------------------------------------------------------------- a landing of an earlier version


def test_importing_into_an_older_landing_changes_only_wrong_dates(tmp_path):
    files = {
        "right.fit": steady_run(600),
        "no sport.gpx": gpx(START + timedelta(days=1), "<type>Laufen</type>"),
        "clock.fit": fit_file(
            [
                file_id(),
                *(record(t if t >= 600 else t - DAY_S, distance=t * 3) for t in range(2701)),
                session(-DAY_S, 2700, distance=8100),
            ]
        ),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    landed = tmp_path / "landing"
    import_path(tmp_path, landed, "ana", BERLIN)
    # As the earlier version landed them: no sport, a day of pause, and no column for the clock.
    (file,) = (landed / "activities").glob("ana.*.parquet")
    rows = pq.read_table(file).to_pylist()
    wrong = {
        "no sport.gpx": {"sport_type": None},
        "clock.fit": {
            "elapsed_time_s": 2700.0 + DAY_S,
            "started_at": START - timedelta(days=1),
        },
    }
    rows = [row | wrong.get(row["device_file"].split("/")[-1], {}) for row in rows]
    landing.write(landed, "activities", file.name.removesuffix(".parquet"), rows)
    pq.write_table(pq.read_table(file).drop(["clock_flag"]), file)
    (receipt,) = import_path(tmp_path, landed, "ana", BERLIN)
    assert (receipt.recordings.changed, receipt.recordings.sports) == (2, {"Laufen": 1, "Run": 1})
    (again,) = import_path(tmp_path, landed, "ana", BERLIN)
    assert again.recordings.sessions == 0
    rows = landing.read(landed, "activities", "ana", ["landed_row_id", "activity_id"])
    assert len(rows) == len({row["landed_row_id"] for row in rows}) == 5
    assert len({row["activity_id"] for row in rows}) == 3


def test_samples_are_read_the_same_as_columns_and_one_by_one(monkeypatch):
    contents = [steady_run(900), run(file_id(), sport("running"), session(0, 1800))]
    fast = [read_device_file("a.fit", content) for content in contents]
    monkeypatch.setattr(fit, "split", lambda content: None)
    assert [read_device_file("a.fit", content) for content in contents] == fast
