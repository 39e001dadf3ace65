"""Tables, JSON and exports of other platforms, spreadsheets and countries."""

# ruff: noqa: RUF001

import gzip
import io
import json
import sqlite3
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from fit_writer import file_id, fit_file, monitoring, steady_run

from stride import paths
from stride.cli import main
from stride.errors import StrideError
from stride.ingest import headers, landing, mapped_csv, strava_csv
from stride.ingest.apple_health import read_export
from stride.ingest.athletes import settings_on
from stride.ingest.dates import instant
from stride.ingest.device import sports
from stride.ingest.device.sports import family
from stride.ingest.importing import Options, import_path
from stride.ingest.wellness_settings import land_wellness_settings

BERLIN = Options(time_zone="Europe/Berlin")
START = datetime(2024, 1, 5, 7, 0, tzinfo=UTC)
STRAVA = {
    "sv": "Aktivitets-ID;Aktivitetsdatum;Aktivitetsnamn;Aktivitetstyp;Förfluten tid;Sträcka"
    "|Löpning",
    "no": "Aktivitets-ID;Aktivitetsdato;Aktivitetsnavn;Aktivitetstype;Medgått tid;Distanse|Løping",
    "da": "Aktivitets-id;Aktivitetsdato;Aktivitetsnavn;Aktivitetstype;Forløbet tid;Distance|Løb",
    "fi": "Aktiviteetin tunnus;Aktiviteetin päivämäärä;Aktiviteetin nimi;Aktiviteetin tyyppi;"
    "Kulunut aika;Matka|Juoksu",
    "pl": "Identyfikator aktywności;Data aktywności;Nazwa aktywności;Rodzaj aktywności;"
    "Czas całkowity;Dystans|Bieg",
    "cs": "ID aktivity;Datum aktivity;Název aktivity;Typ aktivity;Uplynulý čas;Vzdálenost|Běh",
    "tr": "Aktivite Kimliği;Aktivite Tarihi;Aktivite Adı;Aktivite Türü;Geçen Süre;Mesafe|Koşu",
    "ru": "ID тренировки;Дата тренировки;Название тренировки;Тип тренировки;Общее время;"
    "Дистанция|Забег",
    "ko": "활동 ID;활동 날짜;활동 이름;활동 유형;경과 시간;거리|달리기",
    "ja": "アクティビティ ID;アクティビティ日;アクティビティ名;アクティビティタイプ;"
    "経過時間;距離|ラン",
    "zh": "活动 ID;活动日期;活动名称;活动类型;全程耗时;距离|跑步",
    "zh-Hant": "活動 ID;活動日期;活動名稱;活動類型;全程時間;距離|跑步",
}
"""Header and the word for a run."""


def export(language: str, day: str = "05.01.2024 07:00:00", distance: str = "5,01") -> str:
    header, word = STRAVA[language].split("|")
    return f"{header}\n9001;{day};x;{word};1800;{distance}\n9002;{day};x;{word};1800;{distance}\n"


def runs(path: Path, athlete: str = "ana", options: Options = BERLIN):
    (receipt,) = import_path(path, path.parent / "landing", athlete, options)
    columns = ["activity_id", "source_kind", "sport_type", "started_at", "distance_m", "problem"]
    rows = landing.read(path.parent / "landing", "activities", athlete, columns)
    return receipt, {row["activity_id"]: row for row in rows}


def write(path: Path, content) -> Path:
    if isinstance(content, dict | list):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


# ---------------------------------------------------------------- tables of Strava


@pytest.mark.parametrize("language", STRAVA)
def test_exports_in_more_languages_are_read(language):
    found = strava_csv.read_rows(export(language).encode(), "activities.csv")
    row = found.rows[0]
    assert (row["started_at"], row["displayed_distance"]) == (START, 5.01)
    assert family(row["sport_type"]) == "run"
    assert found.unknown_columns == []


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("pl", "cp1250"),
        ("cs", "cp1250"),
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("ru", "mac_cyrillic"),
        ("tr", "cp1254"),
        ("sv", "cp1252"),
        ("sv", "mac_roman"),
        ("fi", "cp850"),
        ("ja", "cp932"),
        ("zh", "gb18030"),
        ("zh-Hant", "cp950"),
        ("ko", "cp949"),
    ],
)
def test_the_code_page_is_the_one_that_makes_the_header_known(language, encoding):
    found = strava_csv.read_rows(export(language).encode(encoding), "activities.csv")
    assert found.unknown_columns == []
    assert family(found.rows[0]["sport_type"]) == "run"


@pytest.mark.parametrize(
    "text",
    [
        "5 янв. 2024 г., 07:00:00",
        "5 sty 2024, 07:00:00",
        "5 jan. 2024 07:00:00",
        "5. tammik. 2024 klo 7.00.00",
        "5. led 2024 7:00:00",
        "5. ledna 2024 7:00:00",
        "5 Oca 2024 07:00:00",
        "5. jan. 2024 kl. 07.00.00",
        "2024년 1월 5일 오전 7:00:00",
        "2024年1月5日 上午7:00:00",
        "45296.2916667",
        "45296,2916667",
    ],
)
def test_dates_of_more_languages_and_of_spreadsheets(text):
    assert instant(text, day_first=True) == START


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("5. marrask. 2024", 11),
        ("5. března 2024", 3),
        ("5. července 2024", 7),
        ("5. čvn 2024", 6),
        ("5. červen 2024", 6),
        ("5 Kas 2024", 11),
        ("5. kesäkuuta 2024", 6),
        ("5 июн. 2024", 6),
    ],
)
def test_an_abbreviated_month_is_read_in_its_language(text, month):
    assert instant(text, day_first=True).month == month


def test_a_table_without_one_date_that_can_be_read_is_refused(tmp_path):
    content = export("sv", day="soon").encode()
    with pytest.raises(StrideError, match="no row with a date that can be read: 'soon'"):
        runs(write(tmp_path / "activities.csv", content))


def test_an_unknown_language_gives_an_error_that_says_how_to_add_it():
    text = "ID Aktivitas;Tanggal;Nama;Jenis;Waktu;Jarak\n9001;2024-01-05 07:00:00;x;Lari;1800;5\n"
    with pytest.raises(StrideError, match=r"does not know its language.*strava_headers\.toml"):
        strava_csv.read_rows(text.encode(), "activities.csv")


def test_unknown_sports_of_a_table_are_reported(tmp_path):
    text = export("sv").replace(";Löpning;1800;5,01\n9002", ";Gåsmarsch;1800;5,01\n9002")
    receipt, _ = runs(write(tmp_path / "activities.csv", text))
    assert receipt.table.unknown_sports == {"Gåsmarsch": 1}


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("RUN", "RUN"),  # silver knows it as it is
        ("trail-run", "Trail Run"),
        ("Running/Trail", "Trail running"),
        ("Running, road", "Road Running"),
        ("CYCLING_SPORT", "Cycling"),
        ("course a pied", "Course à pied"),
        ("Futás", "Futás"),
        ("Horse riding", "Horse riding"),
        ("Weight training run", "Weight training run"),
    ],
)
def test_a_word_lands_as_the_seed_spells_it(word, spelled):
    assert sports.spelled(word) == spelled
    known = word not in ("Horse riding", "Weight training run")
    assert (family(word) is not None) == known


def test_a_spreadsheet_counts_days_and_says_so(tmp_path):
    header = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance\n"
    rows = "9001,45296.2916667,x,Run,0.0208333,5.01\n9002,45297.2916667,x,Run,0.03125,7.5\n"
    receipt, _ = runs(write(tmp_path / "activities.csv", header + rows))
    landed = landing.read(tmp_path / "landing", "activities", "ana", ["elapsed_time_s"])
    assert [round(row["elapsed_time_s"]) for row in landed] == [1800, 2700]
    assert "read as 2024-01-05 to 2024-01-06. If that is four years early" in receipt.notes[0]


def test_a_row_that_was_read_wrong_is_changed_by_the_same_file(tmp_path):
    path = write(tmp_path / "activities.csv", export("sv"))
    _, found = runs(path)
    # As an earlier version landed it: without a sport and a date.
    names = pq.read_schema(next((tmp_path / "landing" / "activities").glob("ana.*"))).names
    rows = landing.read(tmp_path / "landing", "activities", "ana", names)
    for file in (tmp_path / "landing" / "activities").glob("ana.*"):
        file.unlink()
    wrong = [rows[0] | {"started_at": None, "sport_type": "Fika"}, rows[1]]
    landing.write(tmp_path / "landing", "activities", "ana.0001-old", wrong)
    receipt, found = runs(path)
    assert (receipt.table.new, receipt.table.changed) == (0, 1)
    assert found["9001"]["started_at"] == START
    receipt, _ = runs(path)
    assert (receipt.table.new, receipt.table.changed) == (0, 0)


def test_gear_of_an_export_is_kept_by_activity():
    text = (
        export("sv")
        .replace("Sträcka\n", "Sträcka;Activity Gear\n")
        .replace("5,01\n", "5,01;Fast\n")
    )
    assert strava_csv.read_rows(text.encode(), "a.csv").rows[0]["gear"] == "Fast"


def test_every_header_of_a_language_has_one_meaning():
    assert headers.count_known(["Aktivitets-ID", "Sträcka", "Nothing"]) == 2


# ---------------------------------------------------------------- Garmin Connect's list


LIST = {
    "en": "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Total Ascent",
    "de": "Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø Herzfrequenz,"
    "Maximale Herzfrequenz,Anstieg gesamt",
    "fr": "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne,"
    "Fréquence cardiaque maximale,Ascension totale",
}
ROWS = """
Running,2024-01-05 08:00:00,false,x,"10,02",612,01:00:30,150,171,85
Trail Running,2024-01-06 08:00:00,false,x,"21,10","1.612",02:30:30,150,171,"1.024"
Pool Swim,2024-01-08 08:00:00,false,x,"1.500",412,00:30:30,130,151,--
Track Running,2024-01-09 08:00:00,false,x,"5.000",412,00:25:30,160,181,--
"""


@pytest.mark.parametrize("language", LIST)
@pytest.mark.parametrize("english_numbers", [False, True])
def test_the_list_of_garmin_connect_needs_no_mapping(tmp_path, language, english_numbers):
    rows = ROWS.translate(str.maketrans(",.", ".,")) if english_numbers else ROWS
    if english_numbers:  # commas that separate cells are back in their place
        rows = "\n".join(
            '"'.join(p if n % 2 else p.replace(".", ",") for n, p in enumerate(line.split('"')))
            for line in rows.splitlines()
        )
    receipt, found = runs(write(tmp_path / "Activities.csv", LIST[language] + rows))
    assert receipt.table.new == 4 and receipt.found == {"lists of garmin": 1}
    distances = [row["distance_m"] for row in found.values()]
    assert distances == [10020, 21100, 1500, 5000]
    assert next(iter(found.values()))["started_at"] == START
    (mountain,) = [
        row["elevation_gain_m"]
        for row in landing.read(tmp_path / "landing", "activities", "ana", ["elevation_gain_m"])
        if row["elevation_gain_m"] and row["elevation_gain_m"] > 100
    ]
    assert mountain == 1024


def test_metres_among_kilometres_are_found_with_a_mapping_of_ones_own(tmp_path):
    write(
        tmp_path / "mine.toml",
        '[columns]\nsport_type = "Activity Type"\nlocal_started_at = "Date"\n'
        'moving_time_s = "Time"\ndistance_m = "Distance"\n[units]\ndistance_m = "mi"\n'
        '[sports]\n"Track Running" = "Run"\nRunning = "Run"\n',
    )
    mapping = mapped_csv.read_mapping(tmp_path / "mine.toml")
    rows = mapped_csv.read_rows((LIST["en"] + ROWS).encode(), "a.csv", mapping)[None].rows
    assert [round(row["distance_m"]) for row in rows] == [16126, 33957, 1372, 5000]


@pytest.mark.parametrize(
    ("stride_m", "unit", "note"),
    [
        ("1.18", 1609.344, "are read as miles"),
        ("0.73", 1000, None),
        ("--", 1000, "are read as kilometres, as it names no unit"),
    ],
)
def test_steps_show_whether_a_list_is_in_miles(tmp_path, stride_m, unit, note):
    header = LIST["en"] + ",Avg Run Cadence,Avg Stride Length\n"
    row = f"Running,2024-01-05 08:00:00,false,x,6.22,612,00:50:00,150,171,100,170,{stride_m}\n"
    receipt, found = runs(write(tmp_path / "Activities.csv", header + row))
    (run,) = found.values()
    assert run["distance_m"] == pytest.approx(6.22 * unit)
    assert note is None or note in receipt.notes[0]
    assert bool(receipt.notes) == bool(note)


RUNALYZE = """id,sportid,time,timezoneOffset,title,distance,s,elapsedTime,elevationUp,pulseAvg
1,168070,1704438000,60,Morning,10.02,3000,3060,85,150
2,168070,1704524400,-300,Evening,5.00,1200,1200,5,170
"""


def test_the_list_of_runalyze_takes_its_sport_from_the_option(tmp_path):
    path = write(tmp_path / "runalyze-activities.csv", RUNALYZE)
    receipt, found = runs(path)
    assert receipt.table.unknown_sports == {None: 2}
    assert (found["runalyze:1"]["started_at"], found["runalyze:1"]["distance_m"]) == (START, 10020)
    receipt, found = runs(path, options=BERLIN._replace(sport="running"))
    assert receipt.table.changed == 2 and found["runalyze:1"]["sport_type"] == "Run"
    assert runs(path)[0].table.changed == 0  # what was said stays
    rows = landing.read(tmp_path / "landing", "activities", "ana", ["local_started_at"])
    assert [row["local_started_at"].hour for row in rows[:2]] == [8, 2]


def test_a_mapping_says_which_sport_a_number_is(tmp_path):
    shipped = Path(mapped_csv.__file__).parent / "mappings" / "runalyze.toml"
    mine = write(tmp_path / "mine.toml", shipped.read_text() + '[sports]\n"168070" = "Run"\n')
    path = write(tmp_path / "runalyze-activities.csv", RUNALYZE)
    _, found = runs(path, options=BERLIN._replace(mapping=mine))
    assert {row["sport_type"] for row in found.values()} == {"Run"}


@pytest.mark.parametrize(
    "header",
    [
        "Name,Sport,Date,Start time,Duration,Total distance (km)",
        "Title,WorkoutType,WorkoutDay,DistanceInMeters,TimeTotalInHours",
        "Split,Time,Moving Time,GetDistance,Elevation Gain,Avg Pace",
        "date,hrv.hrv,restingHeartRate.heartRate,sleep.duration",
    ],
)
def test_a_table_of_another_service_is_not_told_stravas_columns(tmp_path, header):
    path = write(tmp_path / "list.csv", f"{header}\n{header.lower()}\n")
    with pytest.raises(StrideError, match=r"no table that Stride knows; it has: .*--mapping") as e:
        runs(path)
    assert "activity id" not in str(e.value).lower()


# ---------------------------------------------------------------- JSON of other platforms


def test_stubs_of_intervals_icu_are_reported(tmp_path):
    run = {
        "id": "i100",
        "start_date": "2024-01-05T07:00:00Z",
        "start_date_local": "2024-01-05T08:00:00",
        "type": "Run",
        "elapsed_time": 1810,
        "distance": 5400.0,
        "icu_training_load": 40,
    }
    stub = {"id": "17", "source": "STRAVA", "start_date_local": "2024-01-06T10:08:02"}
    stub["_note"] = "STRAVA activities are not available via the API"
    theirs = run | {"id": "18", "source": "STRAVA", "start_date": "2024-01-07T07:00:00Z"}
    receipt, found = runs(write(tmp_path / "a.json", [run, stub, theirs]))
    assert found["intervals:i100"]["source_kind"] == "csv"
    assert found["intervals:17"]["problem"] == "stub"
    assert found["18"]["source_kind"] == "strava_api"  # Strava's data, whoever hands it on
    assert receipt.table.problems == 1
    result = CliRunner().invoke(
        main,
        ["import", str(write(tmp_path / "b.json", [stub])), "--athlete", "bo", "--timezone", "UTC"],
        env={"STRIDE_HOME": str(tmp_path / "home")},
    )
    assert result.exit_code == 1 and "Nothing in" in result.output


def test_training_sessions_of_polar_flow(tmp_path):
    session = {
        "startTime": "2024-01-05T08:00:00.000",
        "timezoneOffset": 60,
        "duration": "PT30M5.5S",
        "distance": 5400.0,
        "averageHeartRate": 150,
        "exercises": [{"sport": "RUNNING", "samples": {"recordedRoute": [{"latitude": 48}]}}],
    }
    _, found = runs(write(tmp_path / "training-session-1.json", session))
    (row,) = found.values()
    assert (row["started_at"], row["sport_type"], row["distance_m"]) == (START, "Run", 5400)
    (raw,) = landing.read(tmp_path / "landing", "activities", "ana", ["raw_row"])
    assert "latitude" not in raw["raw_row"]


def seconds_of(values: list) -> list[dict]:
    start = datetime(2024, 1, 5, 8)
    return [
        {"dateTime": f"{start + timedelta(seconds=at):%Y-%m-%dT%H:%M:%S.000}", "value": value}
        for at, value in enumerate(values)
    ]


POLAR = {
    "older": {
        "startTime": "2024-01-05T08:00:00.000",
        "stopTime": "2024-01-05T08:11:00.000",
        "timezoneOffset": 60,
        "duration": "PT600S",
        "distance": 1800.0,
        "averageHeartRate": 150,
        "exercises": [
            {
                "sport": "RUNNING",
                "samples": {
                    "heartRate": seconds_of([150] * 601),
                    "distance": seconds_of([3.0 * at for at in range(601)]),
                    "altitude": seconds_of([0] * 5 + [183.0] * 596),
                    "recordedRoute": [{"latitude": 52.1}],
                },
            }
        ],
    },
    "since 2025": {
        "startTime": "2024-01-05T08:00:00",
        "stopTime": "2024-01-05T08:11:00",
        "timezoneOffsetMinutes": 60,
        "durationMillis": 600_000,
        "distanceMeters": 1800.0,
        "hrAvg": 150,
        "latitude": 52.1,
        "sport": {"id": "1"},
        "exercises": [
            {
                "sport": {"id": "1"},
                "samples": {
                    "samples": [
                        {"type": "HEART_RATE", "intervalMillis": 1000, "values": [150] * 601},
                        {"type": "SPEED", "values": [float("nan")] + [10.8] * 600},
                        {"type": "DISTANCE", "values": [3.0 * at for at in range(601)]},
                        {"type": "ALTITUDE", "values": [0] * 5 + [183.0] * 596},
                    ]
                },
                "routes": {"route": {"wayPoints": [{"latitude": 52.1}]}},
            }
        ],
    },
}
SUUNTO = {
    "log": {
        "DeviceLog": {
            "Header": {"ActivityType": 3, "Duration": 600, "Distance": 1800, "Ascent": 0},
            "Samples": [
                {
                    "TimeISO8601": f"2024-01-05T08:{at // 60:02d}:{at % 60:02d}.000+01:00",
                    "HR": 2.5,  # per second
                    "Distance": 3.0 * at,
                    "Altitude": 183.0,
                    "Latitude": 0.9,
                }
                for at in range(601)
            ],
        }
    },
    "account": {
        "Data": {
            "Samples": [
                {
                    "TimeISO8601": f"2024-01-05T07:{at // 60:02d}:{at % 60:02d}.000Z",
                    "Attributes": {
                        "suunto/sml": {
                            "Sample": {"HR": 150, "Distance": 3.0 * at, "GPSAltitude": 183.0}
                            | ({"Events": [{"Activity": {"ActivityType": 3}}]} if at == 0 else {})
                        }
                    },
                }
                for at in range(601)
            ]
        }
    },
}


@pytest.mark.parametrize(
    "content", [*POLAR.values(), *SUUNTO.values()], ids=[*POLAR, *(f"suunto {n}" for n in SUUNTO)]
)
def test_json_of_watches_is_measured_by_its_samples(tmp_path, content):
    runs(write(tmp_path / "session.json", content))
    columns = ["started_at", "sport_type", "distance_m", "moving_time_s", "avg_hr_bpm"]
    columns += ["heart_rate_seconds", "best_efforts", "graded_speed_mps", "raw_row"]
    (row,) = landing.read(tmp_path / "landing", "activities", "ana", columns)
    assert (row["started_at"], row["sport_type"], row["distance_m"]) == (START, "Run", 1800)
    assert row["avg_hr_bpm"] == 150 and row["moving_time_s"] in (600, None)
    assert row["heart_rate_seconds"] == [{"bpm": 150, "seconds": 600.0}]
    assert {each["target"]: round(each["value"]) for each in row["best_efforts"]}[1000.0] == 333
    assert row["graded_speed_mps"] == pytest.approx(3, rel=0.02)
    assert "atitude" not in row["raw_row"] and "wayPoints" not in row["raw_row"]


def test_workouts_of_suuntos_account_and_activities_of_runalyze(tmp_path):
    workout = {
        "activityId": 22,
        "startTime": 1_704_438_000_000,
        "stopTime": 1_704_439_860_000,
        "totalTime": 1800.0,
        "totalDistance": 5400.0,
        "timeOffsetInMinutes": 60,
        "hrdata": {"avg": 150, "workoutMaxHR": 171},
        "startPosition": {"x": 9.1},
    }
    _, found = runs(write(tmp_path / "workouts.json", {"payload": [workout]}))
    row = found["suunto:20240105T070000"]
    assert (row["started_at"], row["sport_type"], row["distance_m"]) == (START, "TrailRun", 5400)
    activity = {
        "id": 9,
        "sport": {"id": 1, "name": "Running"},
        "date_time": "2024-01-05T08:00:00+01:00",
        "distance": 5.4,
        "duration": 1800,
        "hr_avg": 150,
    }
    _, found = runs(write(tmp_path / "activities.json", [activity]), "bo")
    row = found["runalyze:9"]
    assert (row["started_at"], row["sport_type"], row["distance_m"]) == (START, "Run", 5400)


def test_an_account_export_of_polar_tells_in_one_line_what_is_no_activity(tmp_path):
    days = {f"activity-2024-01-{day:02d}.json": b'{"summary": {}}' for day in range(1, 10)}
    session = json.dumps(POLAR["older"]).encode()
    files = zipped({"training-session-1.json": session, "sleep.json": b"[]", **days})
    receipt, _ = runs(write(tmp_path / "polar.zip", files))
    assert receipt.found == {"JSON without an activity": 10, "training sessions of Polar Flow": 1}
    assert receipt.refused == ()


@pytest.mark.parametrize(
    "content",
    [
        [{"logId": 1, "activityName": "Run", "startTime": "01/05/24 07:00:00"}],
        {"fitnessActivity": "running", "startTime": "2024-01-05T07:00:00Z"},
        {"type": "run", "start_epoch_ms": 1_704_438_000_000},
    ],
)
def test_json_of_another_service_is_not_told_of_stravas_keys(tmp_path, content):
    with pytest.raises(StrideError, match=r"JSON that Stride does not know \(it has "):
        runs(write(tmp_path / "a.json", content))


def test_a_folder_names_what_it_could_not_read(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "1.fit", steady_run(600))
    write(folder / "laps.csv", "Split,Time\n1,00:05:00\n")
    for name in ("more.rar", "list.xlsx", "cut.zip"):
        write(folder / name, "no zip")
    (receipt,) = import_path(folder, tmp_path / "landing", "ana", BERLIN)
    assert receipt.found == {"tables that Stride does not know": 1}
    assert [sentence.split(": ")[1].split()[1] for sentence in receipt.refused] == [
        "zip",
        "spreadsheet",
        "archive",
    ]


# ---------------------------------------------------------------- Garmin's account export


def garmin_export(folder: Path, depth: int = 1) -> Path:
    """An export with recordings in a nested zip, and lists and days as JSON."""
    activities = [
        {
            "activityId": 7,
            "name": "Morning",
            "activityType": "trail_running",
            "beginTimestamp": 1_700_000_000_000,
            "startTimeLocal": 1_700_003_600_000,
            "duration": 1_800_000.0,
            "distance": 540_000.0,
            "avgHr": 150,
            "eventTypeId": 1,
            "startLatitude": 52.0,
        },
        {"activityId": 8, "activityType": "yoga", "beginTimestamp": 1_700_100_000_000}
        | {"duration": 600_000.0},
    ]
    predictions = [
        {"calendarDate": "2023-11-14", "raceTime5K": 1300, "raceTimeHalf": 6100},
        {"calendarDate": "2023-11-15", "raceTime5K": 1290, "raceTimeHalf": 6050},
    ]
    days = [
        {"calendarDate": "2023-11-14", "restingHeartRate": 48, "currentDayRestingHeartRate": 99},
        {"calendarDate": "2023-11-15", "restingHeartRate": 47},
    ]
    sleep = [{"calendarDate": "2023-11-14", "deepSleepSeconds": 3600, "lightSleepSeconds": 18000}]
    weights = [
        {"metaData": {"calendarDate": "2023-11-14T06:00:00.0"}, "weight": {"weight": 70500.0}}
    ]
    uploaded = zipped(
        {
            "ana@example.org_1.fit": steady_run(1800),
            "ana@example.org_2.fit": fit_file([file_id(32), monitoring()]),
        }
    )
    files = {
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": uploaded,
        "DI_CONNECT/DI-Connect-Fitness/ana_0_summarizedActivities.json": json.dumps(
            [{"summarizedActivitiesExport": activities}]
        ),
        "DI_CONNECT/DI-Connect-Metrics/RunRacePredictions_1.json": json.dumps(predictions),
        "DI_CONNECT/DI-Connect-Aggregator/UDSFile_1.json": json.dumps(days),
        "DI_CONNECT/DI-Connect-Wellness/1_sleepData.json": json.dumps(sleep),
        "DI_CONNECT/DI-Connect-Wellness/1_userBioMetrics.json": json.dumps(weights),
        "DI_CONNECT/DI-Connect-User/user_profile.json": json.dumps({"firstName": "Ana"}),
    }
    content = zipped(files)
    for level in range(depth - 1):
        content = zipped({f"{level}.zip": content})
    return write(folder / "garmin.zip", content)


@pytest.mark.parametrize("depth", [1, 3])
def test_garmins_account_export_is_read_as_it_comes(tmp_path, depth):
    path = garmin_export(tmp_path, depth)
    receipt, found = runs(path)
    assert (receipt.recordings.other, receipt.recordings.problems) == (1, {})
    assert found["garmin:7"]["sport_type"] == "TrailRun"
    assert found["garmin:7"]["distance_m"] == 5400
    assert receipt.daily == {"forecasts": 4, "wellness": 4}
    assert receipt.found["other data of Garmin's account export"] == 1
    columns = ["predictor", "forecast_date", "distance_m", "predicted_time_s"]
    forecasts = landing.read(tmp_path / "landing", "forecasts", "ana", columns)
    assert forecasts[0] == {
        "predictor": "garmin",
        "forecast_date": date(2023, 11, 14),
        "distance_m": 5000,
        "predicted_time_s": 1300,
    }
    measured = {
        (row["day"].day, row["measure"]): row["value"]
        for row in landing.read(
            tmp_path / "landing", "wellness", "ana", ["day", "measure", "value"]
        )
    }
    assert measured == {
        (14, "resting_hr_bpm"): 48,
        (15, "resting_hr_bpm"): 47,
        (14, "sleep_h"): 6,
        (14, "weight_kg"): 70.5,
    }
    raw = landing.read(tmp_path / "landing", "activities", "ana", ["raw_row"])
    assert not any("Latitude" in row["raw_row"] for row in raw)
    (again,) = import_path(path, tmp_path / "landing", "ana", BERLIN)
    assert (again.table.new, again.recordings.sessions) == (0, 0)
    assert again.daily == {"forecasts": 0, "wellness": 0}


def test_the_total_of_a_triathlon_does_not_count_in_addition_to_its_legs(tmp_path):
    leg = {"beginTimestamp": 1_700_000_000_000, "duration": 600_000.0, "activityType": "running"}
    whole = leg | {"activityId": 1, "activityType": "multi_sport"}
    _, found = runs(write(tmp_path / "a.json", [whole, leg | {"activityId": 2, "parentId": 1}]))
    assert {key: row["problem"] for key, row in found.items()} == {
        "garmin:1": "has_legs",
        "garmin:2": None,
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("predictor,forecast_date,distance\n", "lacks the column predicted_time"),
        ("{h}coach,soon,10k,41:30\n", "line 2: forecast_date is 'soon'"),
        ("{h}coach,2026-05-01,10 parsecs,41:30\n", "line 2: distance is '10 parsecs'"),
        ("{h},2026-05-01,10k,41:30\n", "line 2: predictor is empty"),
    ],
)
def test_a_forecast_that_cannot_be_meant_is_named_by_its_line(tmp_path, content, sentence):
    head = "predictor,forecast_date,distance,predicted_time\n"
    path = write(tmp_path / "forecasts.csv", content.replace("{h}", head))
    with pytest.raises(StrideError, match=sentence):
        import_path(path, tmp_path / "landing", "ana", BERLIN)


def test_forecasts_of_anyone_land_from_a_table(tmp_path):
    path = write(
        tmp_path / "forecasts.csv",
        "predictor,forecast_date,race_date,distance,predicted_time,lower_time,upper_time\n"
        "Coach,2026-05-01,2026-05-10,half marathon,1:35:00,1:33:00,1:38:00\n",
    )
    (receipt,) = import_path(path, tmp_path / "landing", "ana", BERLIN)
    assert receipt.daily == {"forecasts": 1}
    columns = ["predictor", "race_date", "distance_m", "upper_time_s"]
    assert landing.read(tmp_path / "landing", "forecasts", "ana", columns) == [
        {
            "predictor": "coach",
            "race_date": date(2026, 5, 10),
            "distance_m": 21097.5,
            "upper_time_s": 5880,
        }
    ]


def test_forecasts_of_an_athlete_whom_nobody_knows_say_so(tmp_path):
    head = "predictor,forecast_date,distance,predicted_time\n"
    path = write(tmp_path / "forecasts.csv", head + "coach,2026-05-01,10k,41:30\n")
    (receipt,) = import_path(path, tmp_path / "landing", "anna")
    assert receipt.notes == ("no athlete anna is known: the rows apply once the athlete exists.",)
    runs(write(tmp_path / "activities.csv", export("sv")), "anna")
    (receipt,) = import_path(path, tmp_path / "landing", "anna")
    assert (receipt.daily, receipt.notes) == ({"forecasts": 0}, ())


@pytest.mark.parametrize("name", ["forecasts.csv.gz", "coach.csv"])
def test_forecasts_are_known_by_their_columns_and_no_planned_races(tmp_path, name):
    head = b"predictor,forecast_date,race_date,distance,predicted_time,athlete_id\n"
    content = head + b"coach,2026-05-01,2026-05-10,10k,41:30,ana\n"
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    (receipt,) = import_path(path, tmp_path / "landing", None)
    assert (receipt.athlete_id, receipt.daily) == ("ana", {"forecasts": 1})
    plan = write(tmp_path / "plan.csv", "race_date,official_distance\n2027-05-02,10k\n")
    (receipt,) = import_path(plan, tmp_path / "landing", "ana")
    assert receipt.corrections.new == 1 and not receipt.daily


def test_a_forecast_lands_nowhere_but_in_the_landing(tmp_path):
    head = "predictor,forecast_date,distance,predicted_time,athlete_id\n"
    path = write(tmp_path / "forecasts.csv", head + "coach,2026-05-01,10k,41:30,../../x\n")
    with pytest.raises(StrideError, match=r"line 2: The athlete id '\.\./\.\./x' is invalid"):
        import_path(path, tmp_path / "home" / "landing", None)
    assert not list(tmp_path.rglob("x.*"))


def test_two_activities_of_a_list_that_start_together_are_two(tmp_path):
    head = "Activity Type,Date,Title,Distance,Time,Avg HR,Elapsed Time\n"
    short = "Running,2025-01-02 10:00:00,One,5.00,00:25:00,150,00:25:10\n"
    long = "Running,2025-01-02 10:00:00,Two,12.00,01:05:00,150,01:05:10\n"
    for text in (head + short + long, head + long):
        path = write(tmp_path / "Activities.csv", text)
        (receipt,) = import_path(path, tmp_path / "landing", "ana", BERLIN)
    assert (receipt.table.new, receipt.table.changed) == (0, 0)
    rows = landing.read(tmp_path / "landing", "activities", "ana", ["activity_id", "distance_m"])
    assert {row["activity_id"]: row["distance_m"] for row in rows} == {
        "garmin:20250102T100000": 12000,
        "garmin:20250102T100000-2": 5000,
    }


def test_resting_heart_rate_and_weight_become_settings_on_request(tmp_path):
    days = [
        {"calendarDate": f"2024-{month:02d}-{day:02d}", "restingHeartRate": rate}
        for month, rate in ((1, 50), (2, 50), (3, 46))
        for day in range(1, 29)
    ]
    runs(write(tmp_path / "UDSFile.json", days))
    with landing.writing(tmp_path / "landing"):
        assert land_wellness_settings(tmp_path / "landing", "ana") == 2
        assert land_wellness_settings(tmp_path / "landing", "ana") == 0
    held = {
        day: settings_on(tmp_path / "landing", "ana", day).get("resting_hr_bpm")
        for day in (date(2024, 1, 31), date(2024, 2, 1), date(2024, 3, 31), date(2024, 4, 1))
    }
    assert list(held.values()) == [None, 50, 50, 46]


# ---------------------------------------------------------------- Apple Health


APPLE = """<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData ANY>]>
<HealthData locale="de_DE">
<Record type="HKQuantityTypeIdentifierRestingHeartRate" unit="count/min" value="48"
 startDate="2024-01-05 00:00:00 +0100" endDate="2024-01-05 23:00:00 +0100"/>
<Record type="HKQuantityTypeIdentifierBodyMass" unit="lb" value="154.3"
 startDate="2024-01-05 06:00:00 +0100" endDate="2024-01-05 06:00:00 +0100"/>
<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch"
 value="HKCategoryValueSleepAnalysisAsleepCore"
 startDate="2024-01-04 23:00:00 +0100" endDate="2024-01-05 06:00:00 +0100"/>
{beats}
<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="10" durationUnit="min"
 sourceName="Watch" startDate="2024-01-05 08:00:00 +0100" endDate="2024-01-05 08:10:00 +0100">
 <MetadataEntry key="HKIndoorWorkout" value="0"/>
 <MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>
 <WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="1.8" unit="km"/>
 <WorkoutRoute><FileReference path="/workout-routes/route_1.gpx"/></WorkoutRoute>
</Workout></HealthData>"""
BEATS = "".join(
    f'<Record type="HKQuantityTypeIdentifierHeartRate" value="150"'
    f' startDate="2024-01-05 08:{s // 60:02d}:{s % 60:02d} +0100"/>'
    for s in range(0, 600, 5)
)
ROUTE = "<gpx creator='Apple Health Export'><trk><name>Route</name><trkseg>{}</trkseg></trk></gpx>"
POINTS = "".join(
    f'<trkpt lat="{48 + s * 3 / 111_195:.7f}" lon="9.1">'
    f"<time>2024-01-05T07:{s // 60:02d}:{s % 60:02d}Z</time></trkpt>"
    for s in range(0, 600, 5)
)


def test_apple_health_gives_sport_heart_rate_and_days(tmp_path):
    path = write(
        tmp_path / "export.zip",
        zipped(
            {
                "apple_health_export/export.xml": APPLE.format(beats=BEATS).encode(),
                "apple_health_export/export_cda.xml": b"<x/>",
                "apple_health_export/workout-routes/route_1.gpx": ROUTE.format(POINTS).encode(),
            }
        ),
    )
    receipt, found = runs(path)
    assert receipt.recordings.sports == {"Run": 1}
    assert found["apple:20240105T070000"]["distance_m"] == 1800
    assert receipt.daily == {"wellness": 3}
    health = read_export(io.BytesIO(APPLE.format(beats=BEATS).encode()), "export.xml")
    (row,) = health.workouts
    assert row["avg_hr_bpm"] == 150 and row["time_zone"] == "Europe/Berlin"
    assert row["heart_rate_seconds"] == [{"bpm": 150, "seconds": 595.0}]
    values = {each["measure"]: round(each["value"], 1) for each in health.wellness}
    assert values == {"resting_hr_bpm": 48, "weight_kg": 70.0, "sleep_h": 7}


def test_apple_health_with_entities_is_refused():
    text = b'<!DOCTYPE HealthData [<!ENTITY a "b">]><HealthData>&a;</HealthData>'
    with pytest.raises(StrideError, match="declares entities"):
        read_export(io.BytesIO(text), "export.xml")


def test_a_long_apple_export_is_not_held_in_memory():
    class Endless(io.RawIOBase):
        """200 MB of records, made while they are read."""

        record = b'<Record type="HKQuantityTypeIdentifierStepCount" value="1"/>\n' * 1000
        left = 3400

        def read(self, size=-1):
            self.left -= 1
            if self.left == 3399:
                return b"<HealthData>"
            return self.record if self.left > 0 else b"</HealthData>" * (self.left == 0)

    tracemalloc.start()
    assert read_export(Endless(), "export.xml").workouts == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6


# ---------------------------------------------------------------- homes, registries, terminals


def test_a_home_that_duckdb_cannot_open_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "what?"))
    with pytest.raises(StrideError, match="choose another one"):
        paths.home()


def test_a_registry_of_another_mlflow_version_gives_advice(tmp_path):
    environment = {"STRIDE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    program = Path(sys.executable).with_name("stride")
    assert subprocess.run([program, "models"], env=environment, capture_output=True).returncode == 0
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("update alembic_version set version_num = 'bd07f7e963c5'")
    done = subprocess.run([program, "models"], env=environment, capture_output=True, text=True)
    assert "mlflow.db was made by another MLflow: copy it" in done.stderr
    assert f"mlflow db upgrade sqlite:///{tmp_path}/mlflow.db" in done.stderr


def test_status_prints_where_the_terminal_is_not_utf_8(tmp_path):
    environment = {"STRIDE_HOME": str(tmp_path), "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    program = Path(sys.executable).with_name("stride")
    code = (
        "import sys; sys.argv = ['stride', 'status']; from stride import status;"
        "status.page = lambda _: ['TSB \\u2212 3']; from stride.cli import main; main()"
    )
    python = program.with_name("python")
    done = subprocess.run([python, "-c", code], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "TSB ? 3"), done.stderr
