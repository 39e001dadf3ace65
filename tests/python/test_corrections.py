"""Corrections are merged by activity: new, changed and withdrawn rows, and older landings."""

import gzip
import shutil
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from conftest import LAST_DAY, Home
from test_import import run, table

from stride.cli import main
from stride.ingest import landing

MODELS = (
    "--indirect-selection=buildable",
    "--select",
    *("+stg_current_corrections", "+activity_corrections", "+planned_races"),
)


@pytest.fixture
def stride(tmp_path, monkeypatch):
    """Import a file for ana, who has activities 1 and 2; returns what is printed."""
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))

    def run_stride(name: str, content: str | bytes, *options: str) -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = CliRunner().invoke(main, ["import", str(file), *(options or ("--athlete", "ana"))])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    zone = ("--athlete", "ana", "--timezone", "UTC")
    run_stride("activities.csv", table(run(1), run(2)), *zone)
    return run_stride


def landed(tmp_path) -> list[tuple]:
    rows = pq.read_table(tmp_path / "home" / "landing" / "corrections").to_pylist()
    rows = sorted(rows, key=lambda row: row["ingested_at"])
    return [(row["correction"], row["activity_id"]) for row in rows]


def test_rows_are_merged_and_only_new_and_changed_ones_land(tmp_path, stride):
    header = "activity_id,is_race,race_date,official_distance,note,withdrawn\n"
    first = f"{header}1,yes,,10k,,\n,,2027-05-02,half,Spring,\n"
    assert stride("races.csv", first) == "ana: 2 corrections imported: 2 new.\n"
    assert stride("races.csv", first) == "ana: 2 corrections imported before, unchanged.\n"
    second = f"{header}1,yes,,10k,,\n2,no,,,,\n"
    said = "ana: 2 corrections imported: 1 new, 1 unchanged; 1 earlier still in force.\n"
    assert stride("races.csv", second) == said
    third = f"{header}1,yes,,15k,,\n,,2027-05-02,21097.5,,true\n"
    said = "ana: 2 corrections imported: 1 changed, 1 taken back; 1 earlier still in force.\n"
    assert stride("races.csv", third) == said
    assert landed(tmp_path) == [
        ("races", "1"),
        ("planned_races", "2027-05-02 21097.5 m"),
        ("races", "2"),
        ("races", "1"),
        ("withdrawn_planned_races", "2027-05-02 21097.5 m"),
    ]
    assert "2 corrections imported before, unchanged" in stride("races.csv", third)
    assert "2 corrections imported: 1 new, 1 changed" in stride("races.csv", first)


@pytest.mark.parametrize(
    ("name", "columns", "row"),
    [
        ("exclusions.csv", "activity_id,reason", "1,car"),
        ("loads.csv", "activity_id,training_load", "1,80"),
        ("sports.csv", "activity_id,sport", "1,Laufen"),
    ],
)
def test_exclusions_loads_and_sports_are_merged_the_same_way(tmp_path, stride, name, columns, row):
    kind = name.removesuffix(".csv")
    assert "ana: 1 correction imported: 1 new." in stride(name, f"{columns}\n{row}\n")
    assert "ana: 1 correction imported before, unchanged." in stride(name, f"{columns}\n{row}\n")
    assert "the file has no rows and changes nothing; 1 earlier" in stride(name, f"{columns}\n")
    assert "imported: 1 taken back." in stride(name, "activity_id,withdrawn\n1,yes\n")
    assert landed(tmp_path) == [(kind, "1"), (f"withdrawn_{kind}", "1")]


def test_missing_activities_of_corrections_are_named_in_one_line(stride):
    rows = "activity_id,reason\n1,car\n404,car\n"
    assert "ana: activity 404 is not imported yet: its row applies once it is.\n" in stride(
        "exclusions.csv", rows
    )
    said = stride("exclusions.csv", rows + "405,car\n")
    assert (
        "ana: 2 activities are not imported yet: their rows apply once they are (404, 405).\n"
        in said
    )
    said = stride("exclusions.csv", "activity_id,withdrawn\n2,yes\n")
    assert "ana: there is nothing to withdraw for 2.\n" in said
    said = stride("exclusions.csv", rows, "--athlete", "anna")
    assert "anna: no athlete anna is known: the rows apply once the athlete exists.\n" in said
    assert stride("exclusions.csv", "athlete_id,activity_id\n", "--partial") == (
        "exclusions.csv has no rows: nothing changes.\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("mine.csv", "activity_id,is_race,extra\n1,yes,\n", "1 correction imported: 1 new."),
        ("next year.csv", "race_date;official_distance\n2027-05-02;10k\n", "1 correction imported"),
        ("tunnel (1).csv", "activity_id,reason\n1,x\n", "1 correction imported: 1 new."),
        ("own.csv", "activity_id,training_load\n1,5\n", "1 correction imported: 1 new."),
        (
            "races.csv.gz",
            gzip.compress(b"activity_id,is_race\n1,no\n", mtime=0),
            "1 correction imported",
        ),
        (
            "mine.csv",
            "activity_id,note\n1,x\n",
            "Error: mine.csv has ambiguous columns: name it races.csv, exclusions.csv, ",
        ),
        (
            "mine.csv",
            "activity_id,is_race,training_load\n1,yes,5\n",
            "Error: mine.csv has columns of loads.csv (training_load) and of races.csv (is_race)",
        ),
        (
            "mine.csv",
            "activity_id,training_load,distance\n1,5,6\n",
            "Error: mine.csv has columns of loads.csv and others (distance)",
        ),
        ("mine.csv", "activity_id;sport\n1;trail-run\n", "1 correction imported: 1 new."),
        ("mine.csv", "activity_id,is_race,sport\n1,yes,Run\n", "1 correction imported: 1 new."),
        (
            "sports.csv",
            "activity_id,sport\n1,Run\n2,Quidditch\n",
            "Error: sports.csv, line 3: sport is 'Quidditch', which Stride does not know: write R",
        ),
        ("races.csv", "activity_id,is_race,sport\n1,no,x\n", "line 2: sport is 'x', which Stride"),
        ("sports.csv", "activity_id,sport\n1,\n", "line 2: sport is '', which Stride"),
        (
            "sports.csv",
            "activity_id,sport,is_race\n1,Run,yes\n",
            "Error: sports.csv has columns of races.csv (is_race, sport) and of sports.csv (sport)",
        ),
        ("runs.csv", "activity_id,sport,distance\n1,Run,5\n", "--mapping"),
        ("exclusions.csv", "reason\nx\n", "exclusions.csv lacks the column activity_id"),
        ("loads.csv", 'activity_id,training_load\n1,"5\n' + "x" * 200_000, "line "),
    ],
)
def test_the_kind_of_a_file_is_detected_by_its_columns(stride, name, content, sentence):
    assert sentence in stride(name, content)


def test_a_file_of_athletes_may_have_any_name(stride):
    content = "athlete_id,timezone,sex\nzoe,Asia/Tokyo,f\n"
    assert "zoe: 2 settings new or changed." in stride("team.csv", content, "--partial")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """One run each of ana and bob, imported and never built."""
    home = Home(tmp_path_factory.mktemp("corrections"))
    file = home.folder / "activities.csv"
    file.write_bytes(table(run(1), run(2)))
    for athlete in ("ana", "bob"):
        zone = ("--athlete", athlete, "--timezone", "UTC")
        assert home.stride("import", str(file), *zone).returncode == 0
    return home


def test_homes_that_earlier_files_of_corrections_broke_build_again(home, tmp_path):
    """Rows landed by an earlier release for empty files and values beyond limits."""
    old = Home(tmp_path / "home")
    shutil.copytree(home.folder / "landing", old.folder / "landing")

    def land(day: int, athlete: str, *rows: dict) -> None:
        moment = datetime(2026, 1, day, tzinfo=UTC)
        common = {"athlete_id": athlete, "landing_version": 2, "ingested_at": moment}
        name = f"{athlete}.{moment:%Y%m%dT%H%M%S%f}"
        landing.write(old.folder / "landing", "corrections", name, [row | common for row in rows])

    marathon = {"correction": "planned_races", "activity_id": "2027-01-19 42195 m"}
    beyond = {"correction": "planned_races", "activity_id": "2027-01-19 1e+30 m"}
    excluded = {"correction": "exclusions", "activity_id": "1"}
    nothing = {"activity_id": None}
    land(1, "ana", excluded)
    land(2, "ana", nothing | {"correction": "exclusions"})
    land(3, "ana", marathon | {"official_distance_m": 42195.0}, nothing | {"correction": "races"})
    land(4, "bob", excluded, {"correction": "exclusions", "activity_id": "2"})
    land(5, "bob", excluded)
    never = {"correction": "races", "activity_id": "2", "is_race": True}
    land(
        6, "bob", beyond | {"official_distance_m": 1e30}, never | {"official_time_s": float("nan")}
    )
    old.build(LAST_DAY, *MODELS)
    assert old.ask("select athlete_id, planned_race_id from silver.planned_races") == [
        ("ana", "2027-01-19 42195 m")
    ]
    assert old.ask(
        "select athlete_id, activity_id, is_excluded, is_race, official_time_s "
        "from silver.activity_corrections order by all"
    ) == [("bob", "1", True, None, None), ("bob", "2", False, True, None)]
    # Rows of today are merged into what an earlier release landed.
    (tmp_path / "exclusions.csv").write_text("activity_id,withdrawn\n1,yes\n")
    done = old.stride("import", str(tmp_path / "exclusions.csv"), "--athlete", "bob")
    assert done.stdout == "bob: 1 correction imported: 1 taken back.\n"
    old.build(LAST_DAY, *MODELS)
    assert old.ask("select activity_id from silver.activity_corrections") == [("2",)]
