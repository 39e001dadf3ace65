"""Athletes, their dated settings and corrections land with their history."""

from datetime import date, datetime

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from stride.cli import main
from stride.errors import StrideError
from stride.ingest import landing
from stride.ingest.athletes import land_settings, to_utc, zones
from stride.ingest.corrections import land_corrections, read_corrections


@pytest.fixture
def stride(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))

    def run(*arguments: str):
        done = CliRunner().invoke(main, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def said(tmp_path) -> list[tuple]:
    table = pq.read_table(tmp_path / "landing" / "athlete_settings")
    return [
        (row["setting"], row["value"], row["value_text"], row["valid_from"])
        for row in table.to_pylist()
    ]


def test_an_athlete_is_added_and_thresholds_hold_from_their_day(tmp_path, stride):
    assert (
        stride("athlete", "add", "ana", "--timezone", "Europe/Lisbon", "--sex", "F").exit_code == 0
    )
    done = stride("athlete", "set", "ana", "--ftp-w", "240", "--valid-from", "2024-05-01")
    assert done.output == "ana: 1 setting new or changed.\n"
    assert stride("athlete", "set", "ana", "--threshold-pace-s-per-km", "4:05").exit_code == 0
    always = date(1900, 1, 1)
    assert set(said(tmp_path)) == {
        ("time_zone", None, "Europe/Lisbon", always),
        ("sex", None, "f", always),
        ("ftp_w", 240.0, None, date(2024, 5, 1)),
        ("threshold_pace_s_per_km", 245.0, None, always),
    }
    shown = stride("athlete", "show", "ana").output
    assert "240  from 2024-05-01" in shown and "Europe/Lisbon\n" in shown


def test_an_unchanged_setting_does_not_land_again_and_a_changed_one_does(tmp_path, stride):
    stride("athlete", "add", "ana", "--timezone", "UTC", "--weight-kg", "60")
    assert stride("athlete", "set", "ana", "--weight-kg", "60").output == "ana: known.\n"
    stride("athlete", "set", "ana", "--weight-kg", "61")
    stride("athlete", "set", "ana", "--weight-kg", "none")
    weights = [value for setting, value, _, _ in said(tmp_path) if setting == "weight_kg"]
    assert weights == [60.0, 61.0, None]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("set", "bob", "--ftp-w", "200"), "There is no athlete bob"),
        (("add", "ana", "--timezone", "UTC"), "ana is there already"),
        (("add", "bob"), "bob is new: set the time zone of the athlete"),
        (("set", "ana"), "Say what to set"),
        (("set", "ana", "--max-hr-bpm", "1880"), "must be from 100 to 230 bpm"),
        (("set", "ana", "--max-hr-bpm", "high"), "write a number in bpm"),
        (("set", "ana", "--sex", "x"), "write f, m or leave it out"),
        (("set", "ana", "--ftp-w", "200", "--valid-from", "May"), "'May' is not a date"),
        (("set", "ana", "--timezone", "none"), "An athlete needs a time_zone"),
        (("set", "ana", "--email", "ana"), "is not an e-mail address"),
        (("set", "ana", "--email", "a..b@example.org"), "is not an e-mail address"),
        (("set", "ana", "--email", "a@example.org,b@example.org"), "is not an e-mail address"),
        (
            ("set", "ana", "--email", "a@example.org\r\nBcc: b@example.org"),
            "is not an e-mail address",
        ),
        (("set", "ana", "--language", "fr"), "write en, pt, pt-BR or leave it out"),
        (("show", "bob"), "There is no athlete bob"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(stride, arguments, sentence):
    stride("athlete", "add", "ana", "--timezone", "UTC")
    done = stride("athlete", *arguments)
    assert done.exit_code != 0 and sentence in done.output


def test_athletes_with_a_common_id_prefix_do_not_share_settings(tmp_path):
    with landing.writing(tmp_path):
        land_settings(tmp_path, "ana-1", {"time_zone": "Europe/Lisbon"})
        land_settings(tmp_path, "ana", {"time_zone": "Asia/Tokyo"})
    assert zones(tmp_path, "ana") == [(date(1900, 1, 1), "Asia/Tokyo")]


def test_a_new_home_holds_from_its_day(tmp_path):
    with landing.writing(tmp_path):
        land_settings(tmp_path, "ana", {"time_zone": "Europe/Lisbon"}, date(2020, 1, 1))
        land_settings(tmp_path, "ana", {"time_zone": "Asia/Tokyo"}, date(2024, 9, 1))
    homes = zones(tmp_path, "ana")
    # The first home counts from ever on: no activity is without a day.
    assert homes == [(date(1900, 1, 1), "Europe/Lisbon"), (date(2024, 9, 1), "Asia/Tokyo")]
    assert to_utc(datetime(2010, 7, 1, 12), homes).hour == 11
    assert to_utc(datetime(2024, 9, 1, 12), homes).hour == 3


def test_repeated_and_skipped_hours_of_clock_changes():
    homes = [(date(1900, 1, 1), "America/Chicago")]
    assert to_utc(datetime(2023, 11, 5, 1, 30), homes).isoformat() == "2023-11-05T06:30:00+00:00"
    assert to_utc(datetime(2024, 3, 10, 2, 30), homes).isoformat() == "2024-03-10T08:30:00+00:00"


def test_athletes_csv_brings_settings_of_several_days(tmp_path, stride):
    (tmp_path / "athletes.csv").write_text(
        "athlete_id;timezone;max_hr_bpm;ftp_w;valid_from\n"
        "ana;Europe/Lisbon;188;;\nana;;;230;2024-01-01\nana;;;245;2024-06-01\n"
        "bob;UTC;;;\n"
    )
    done = stride("import", str(tmp_path / "athletes.csv"))
    assert done.exit_code == 0, done.output
    ftp = [(value, day) for setting, value, _, day in said(tmp_path) if setting == "ftp_w"]
    assert ftp == [(230.0, date(2024, 1, 1)), (245.0, date(2024, 6, 1))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,timezone\nana,UTC\n", "has the column 'name'"),
        ("timezone\nUTC\n", "lacks the column 'athlete_id'"),
        ("athlete_id,timezone\n", "has no athletes below the header"),
        ("athlete_id,timezone\nana,UTC\nb ob,UTC\n", "line 3: The athlete id 'b ob'"),
        ("athlete_id,timezone,lthr_bpm\nana,UTC,17\n", "line 2: lthr_bpm is '17'"),
    ],
)
def test_a_mistake_in_athletes_csv_names_its_line(tmp_path, stride, text, sentence):
    (tmp_path / "athletes.csv").write_text(text)
    done = stride("import", str(tmp_path / "athletes.csv"))
    assert done.exit_code == 1 and sentence in done.output


def test_corrections_land_with_history(tmp_path, stride):
    path = tmp_path / "races.csv"
    path.write_text(
        "activity_id,is_race,official_distance,official_time,is_maximal,note\n"
        "1,yes,10k,41:30,yes,chip\n2,no,,,,\n3,yes,half marathon,1:37:52,no,paced a friend\n"
    )
    done = stride("import", str(path), "--athlete", "ana")
    assert "ana: 3 corrections imported: 3 new." in done.output
    path.write_text("activity_id,is_race\n")
    done = stride("import", str(path), "--athlete", "ana")
    assert "ana: the file has no rows and changes nothing; 3 earlier still in force." in done.output
    rows = pq.read_table(tmp_path / "landing" / "corrections").to_pylist()
    assert [
        (r["activity_id"], r["is_race"], r["official_time_s"], r["is_maximal"]) for r in rows
    ] == [
        ("1", True, 2490.0, True),
        ("2", False, None, None),
        ("3", True, 5872.0, False),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("races", "activity_id\n1\n", "lacks the column is_race"),
        ("races", "activity_id,is_race\n1,perhaps\n", "line 2: is_race is 'perhaps'"),
        ("races", "activity_id,is_race\n1,yes\n1,no\n", "line 3: activity 1 comes twice"),
        ("races", "activity_id,is_race\n1\n", "line 2: is_race is ''"),
        ("races", "activity_id,is_race\n,yes\n", "line 2: activity_id or athlete is missing"),
        (
            "races",
            "activity_id,is_race,official_time\n1,yes,1:99:00\n",
            "official_time is '1:99:00'",
        ),
        (
            "races",
            "activity_id,is_race,official_distance\n1,yes,far\n",
            "official_distance is 'far'",
        ),
        (
            "races",
            "activity_id,is_race,official_time\n1,yes,nan\n",
            "line 2: official_time is 'nan'",
        ),
        (
            "races",
            "activity_id,is_race,official_distance\n1,yes,99999999999999999999 km\n",
            "write 50 m to 1000 km",
        ),
        ("races", "activity_id,is_race,withdrawn\n1,yes,maybe\n", "withdrawn is 'maybe'"),
        ("loads", "activity_id,training_load\n1,-5\n", "training_load is '-5'"),
        ("loads", "activity_id,training_load,training_load\n1,5,6\n", "'training_load' twice"),
        ("exclusions", "athlete_id,activity_id\n../b,1\n", "line 2: The athlete id '../b'"),
        ("exclusions", "id\n1\n", "lacks the column activity_id"),
    ],
)
def test_a_mistake_in_a_correction_names_its_line(kind, text, sentence):
    with pytest.raises(StrideError) as problem:
        read_corrections(kind, f"{kind}.csv", text.encode(), "ana")
    assert sentence in str(problem.value)


def test_a_file_of_corrections_may_name_the_athletes(tmp_path):
    content = b"athlete_id,activity_id,reason\nana,1,tunnel\nbob,1,car\n"
    with landing.writing(tmp_path):
        counts = land_corrections(tmp_path, tmp_path / "exclusions.csv", content, None)
    assert {athlete: found.new for athlete, found in counts.items()} == {"ana": 1, "bob": 1}
    with pytest.raises(StrideError, match="add --athlete ID"):
        read_corrections("exclusions", "exclusions.csv", b"activity_id\n1\n", None)
