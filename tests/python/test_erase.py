"""An erasure removes all data of the athlete from all files and none of others."""

import csv
import gzip
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import Home
from test_import import run, table

from stride import erase
from stride.erase import erase_athlete, files, tables
from stride.errors import StrideError
from stride.ingest.importing import Options, import_path
from stride.racetime.paired import hashed

AS_OF = date(2026, 6, 30)
CANARY = "zqcanary"
"""Part of every imported text of the erased athlete."""


# ---------------------------------------------------------------------------- reading all files


def readable(file: Path) -> list[bytes]:
    """Return the content of a file, raw and unpacked."""
    raw = file.read_bytes()
    found = [raw]
    if file.suffix == ".gz":
        found.append(gzip.decompress(raw))
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            found += [packed.read(name) for name in packed.namelist()]
    elif file.suffix == ".parquet":
        found.append(str(pq.read_table(file).to_pylist()).encode())
    elif file.name == "mlflow.db":
        with closing(sqlite3.connect(file)) as connection:
            found.append("\n".join(connection.iterdump()).encode())
    elif file.suffix == ".duckdb":
        found.append(dump(file).encode())
    return found


def dump(database: Path) -> str:
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        return "\n".join(
            connection.sql(f'select * from "{schema}"."{name}"').df().to_csv()
            for schema, name in names
        )


def holders(home: Path, *wanted: str) -> set[str]:
    """Files whose name or content holds one of the texts."""
    found = set()
    for file in home.rglob("*"):
        if file.is_file() and file.name != ".lock":
            contents = [str(file.relative_to(home)).encode(), *readable(file)]
            if any(text.encode() in content for text in wanted for content in contents):
                found.add(str(file.relative_to(home)))
    return found


# ---------------------------------------------------------------------------- a small home


def small_home(folder: Path, ana_name="Run with Grandma Zqcanary", ana="ana") -> Path:
    """Import two athletes and create a database with some tables of a build."""
    home = folder / "home"
    for athlete, name in ((ana, ana_name), ("bob", "Bobs own run")):
        source = folder / f"{athlete}.csv"
        other = run(2, **{"Activity Name": "Morning Run"})
        source.write_bytes(table(run(1, **{"Activity Name": name}), other))
        import_path(source, home / "landing", athlete, Options(time_zone="Europe/Lisbon"))
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("create schema bronze")
        landed = home / "landing" / "activities" / "*.parquet"
        connection.execute(
            f"create table bronze.landed_activities as from read_parquet('{landed}')"
        )
        connection.execute("create schema reference")
        connection.execute("create table reference.sports as select 'all' as sport_type")
        connection.execute("create schema made")
    return home


def made(home: Path, name: str, sql: str) -> None:
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute(f"create table made.{name} as {sql}")


def rows(home: Path, name: str) -> list[tuple]:
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        return connection.sql(f"select * from {name} order by all").fetchall()


def erased(home: Path, athlete="ana"):
    return erase_athlete(athlete, home, home / "landing")


NAME = "Run with Grandma Zqcanary"
SHAPES = {
    "id": "select unnest(['ana', 'bob']) as runner",
    "composite": "select unnest(['ana:1', 'bob:1']) as unit, 3 as draws",
    "second_part": "select unnest(['race|ana:1|5k', 'race|bob:1|5k']) as unit",
    "text": f"select unnest(['{NAME}', 'Bobs own run', 'Morning Run']) as called",
    "json": """select unnest(['{"who": "ana", "n": 2}', '{"who": "bob", "n": 3}']) as facts""",
    "list": "select unnest([['ana:1', 'ana:2'], ['bob:1', 'bob:2']]) as members",
    "struct": f"select unnest([{{'a': '{NAME}'}}, {{'a': 'Bobs own run'}}]) as facts",
    "map": "select unnest([map {'ana:1': 1}, map {'bob:1': 1}]) as facts",
    "no_owner": "select unnest(['ana:1', 'bob:1']) as k, cast(null as varchar) as athlete_id",
}


@pytest.mark.parametrize("name", ["Zo", "To bob", " Zoo  "])
def test_a_short_text_is_erased_from_a_column_of_such_texts(tmp_path, name):
    home = small_home(tmp_path, ana_name=name)
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("insert into reference.sports values ('Heart-rate zones')")
    names = [name, "Bobs own run", "Morning Run"]
    made(home, "stg_race_names", f"select unnest({names}) as name")
    made(home, "stripped", f"select unnest({[each.strip() for each in names]}) as name")
    erased(home)
    for table_name in ("made.stg_race_names", "made.stripped"):
        assert rows(home, table_name) == [("Bobs own run",), ("Morning Run",)]


def test_a_text_of_another_athlete_stays_even_if_it_is_the_id(tmp_path):
    home = tmp_path / "home"
    for athlete, name in (("ana", "Zoo run"), ("bob", "ana")):
        source = tmp_path / f"{athlete}.csv"
        source.write_bytes(table(run(1, **{"Activity Name": name})))
        import_path(source, home / "landing", athlete, Options(time_zone="Europe/Lisbon"))
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("create schema made")
    made(home, "stg_race_names", "select unnest(['ana', 'Zoo run']) as name")
    made(home, "units", "select unnest(['ana', 'bob']) as unit")
    erased(home)
    assert rows(home, "made.stg_race_names") == [("ana",)]
    assert rows(home, "made.units") == [("bob",)]


def test_model_versions_equal_to_activity_ids_are_kept(tmp_path):
    """Both the id of an activity and the version of a model may be 1."""
    home = small_home(tmp_path)
    made(home, "training_runs", "select '1' as model_version, 1 as races, '1609.3' as metres")
    erased(home)
    assert rows(home, "made.training_runs") == [("1", 1, "1609.3")]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_is_erased_whatever_column_identifies_the_athlete(tmp_path, shape):
    home = small_home(tmp_path)
    made(home, "later", SHAPES[shape])
    everything = rows(home, "made.later")
    before = [row for row in everything if "ana" not in str(row) and NAME not in str(row)]
    assert 0 < len(before) < len(everything)
    erased(home)
    assert rows(home, "made.later") == before
    assert holders(home, "Zqcanary") == set()


def test_a_number_that_is_an_activitys_id_identifies_it(tmp_path):
    home = tmp_path / "home"
    source = tmp_path / "a.csv"
    source.write_bytes(table(["98765432", *run(1)[1:]]))
    import_path(source, home / "landing", "ana", Options(time_zone="Europe/Lisbon"))
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("create schema made")
    made(home, "later", "select unnest([98765432, 5]) as activity")
    erased(home)
    assert rows(home, "made.later") == [(5,)]


def test_a_text_about_several_athletes_is_kept_without_the_id(tmp_path):
    home = small_home(tmp_path)
    made(home, "health", """select unnest(['No import of ana, bob for 9 days.', 'All is well.'])""")
    made(home, "mixed", """select '{"ana": 1, "bob": 2}' as races, 3 as n""")
    erased(home)
    assert rows(home, "made.health") == [
        ("All is well.",),
        ("No import of (erased), bob for 9 days.",),
    ]
    assert rows(home, "made.mixed") == [('{"(erased)": 1, "bob": 2}', 3)]


def test_words_of_stride_are_never_personal(tmp_path):
    """An athlete has the id "all", and an activity the name of a model role."""
    home = small_home(tmp_path, ana_name="champion", ana="all")
    scopes = "select unnest(['all', '5k', 'marathon']) as scope, 4.2 as mape_pct"
    made(home, "evaluation", scopes)
    made(home, "runs", "select unnest(['champion', 'challenger']) as model_role")
    made(home, "health", "select 'All of all checks are fine.' as detail")
    made(home, "ids", "select unnest(['all:1', 'bob:1']) as k")
    before = {name: rows(home, f"made.{name}") for name in ("evaluation", "runs", "health")}
    erased(home, "all")
    assert {name: rows(home, f"made.{name}") for name in before} == before
    assert rows(home, "made.ids") == [("bob:1",)]


def test_rows_of_others_are_identical_even_where_they_name_the_athlete(tmp_path):
    home = small_home(tmp_path)
    made(
        home,
        "notes",
        f"""select unnest(['bob', 'ana']) as athlete_id, unnest(['{NAME} and ana:1', 'x']) as note,
        unnest([1.25, 2.5]) as value, unnest([[1, null], [3]]) as several""",
    )
    landed = home / "landing" / "activities"
    before = {file.name: file.read_bytes() for file in landed.glob("bob.*")}
    erased(home)
    assert rows(home, "made.notes") == [("bob", f"{NAME} and ana:1", 1.25, [1, None])]
    assert {file.name: file.read_bytes() for file in landed.glob("bob.*")} == before
    assert not list(home.rglob("ana.*"))


STEPS = [
    (files, "erase_made"),
    (files, "erase_deliveries"),
    (erase, "erase_registry"),
    (erase, "erase_tables"),
    (tables, "put_on_disk"),
    (erase.landed, "write"),
    (Path, "unlink"),
]


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_a_killed_erasure_is_completed_by_the_next(tmp_path, monkeypatch, step, is_done):
    home = small_home(tmp_path)
    made(home, "later", SHAPES["composite"])
    (home / "report").mkdir()
    (home / "report" / "index.html").write_text("<title>Stride</title>ana")
    owner, name = STEPS[step]
    original, calls = getattr(owner, name), []

    def killed(*arguments, **options):
        calls.append(name)
        if is_done:
            original(*arguments, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, killed)
        with pytest.raises(KeyboardInterrupt):
            erased(home)
    assert calls
    erased(home)
    assert holders(home, "Zqcanary", "ana:1") == set()
    assert rows(home, "made.later") == [("bob:1", 3)]
    with pytest.raises(StrideError, match="There is no athlete ana: nothing"):
        erased(home)


def test_incomplete_files_of_killed_processes_are_removed(tmp_path):
    home = small_home(tmp_path)
    for name in ("stride.77.part", "stride.77.part.wal", "landing/activities/ana.x.77.part"):
        (home / name).write_text(NAME)
    (home / "stride.duckdb.tmp").mkdir()
    (home / "stride.duckdb.tmp" / "block").write_text(NAME)
    erased(home)
    assert holders(home, "Zqcanary") == set()


def test_the_database_is_in_use(tmp_path):
    home = small_home(tmp_path)
    database = str(home / "stride.duckdb")
    hold = f"import duckdb; c = duckdb.connect({database!r}); print(1, flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", hold], **pipes) as other:
        other.stdout.readline()
        with pytest.raises(StrideError, match="is in use"):
            erased(home)
        other.stdin.close()
    erased(home)
    assert holders(home, "Zqcanary") == set()


def test_an_unknown_athlete_changes_nothing(tmp_path):
    home = small_home(tmp_path)
    (home / "report").mkdir()
    (home / "report" / "index.html").write_text("ana")
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    with pytest.raises(StrideError, match="There is no athlete eve: nothing"):
        erased(home, "eve")
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


def test_the_registry_loses_only_rows_of_the_athlete(tmp_path):
    home = small_home(tmp_path)
    made(
        home,
        "race_results",
        """select unnest(['ana', 'bob']) as athlete_id, 5000e0 as distance_m,
        unnest([1201e0, 1302e0]) as race_time_s""",
    )
    run_folder = home / "mlflow-artifacts" / "7" / "artifacts"
    run_folder.mkdir(parents=True)
    both = {"distance_m": [5000.0, 5000.0], "race_time_s": [1201.0, 1302.0], "ctl": [40.0, 50.0]}
    pd.DataFrame(both).to_parquet(run_folder / "background.parquet")
    errors = pd.DataFrame({"athlete": [hashed("ana"), hashed("bob")], "error_pct": [1.0, 2.0]})
    errors.to_parquet(run_folder / "errors.parquet")
    (run_folder / "dle_reference.json").write_text(json.dumps({"reason": None, "reference": both}))
    (run_folder / "model_card.md").write_text("Rolled back: too fast for ana on trails.")
    (run_folder / "own.parquet").write_bytes(b"")
    pd.DataFrame({"text": ["no one"]}).to_parquet(run_folder / "own.parquet")
    untouched = (run_folder / "own.parquet").read_bytes()
    with closing(sqlite3.connect(home / "mlflow.db")) as connection:
        connection.execute("create table tags (key text primary key, value text)")
        tags = [("stride.why", f"ana and bob ran {NAME}"), ("stride.model_name", "ana.training.x")]
        connection.executemany("insert into tags values (?, ?)", tags)
        connection.execute("create table runs (artifact_uri text)")
        connection.execute("insert into runs values ('file:///srv/ana/mlflow-artifacts')")
        connection.commit()
    erased(home)
    assert pd.read_parquet(run_folder / "background.parquet")["race_time_s"].tolist() == [1302.0]
    assert pd.read_parquet(run_folder / "errors.parquet")["athlete"].tolist() == [hashed("bob")]
    kept = json.loads((run_folder / "dle_reference.json").read_text())["reference"]
    assert kept == {"distance_m": [5000.0], "race_time_s": [1302.0], "ctl": [50.0]}
    assert "ana" not in (run_folder / "model_card.md").read_text()
    assert (run_folder / "own.parquet").read_bytes() == untouched
    with closing(sqlite3.connect(home / "mlflow.db")) as connection:
        assert dict(connection.execute("select key, value from tags")) == {
            "stride.why": "(erased) and bob ran (erased)",
            "stride.model_name": "ana.training.x",
        }
        # A folder name equal to the id is not the athlete.
        (place,) = connection.execute("select artifact_uri from runs").fetchone()
    assert place == "file:///srv/ana/mlflow-artifacts"
    assert holders(home, "Zqcanary") == set()


def test_deliveries_and_files_of_others(tmp_path):
    home = small_home(tmp_path)
    made(
        home,
        "outbox",
        "select unnest(['ana', 'bob']) as athlete_id, unnest(['m1', 'm2']) as message_id",
    )
    (home / "deliveries").mkdir()
    log = home / "deliveries" / "deliveries.jsonl"
    sent = '{"message_id": "%s", "event": "sent"}\n'
    log.write_text(sent % "m1" + sent % "m2" + '{"at')
    (home / "mine").mkdir()
    (home / "mine" / "diary.txt").write_text("ran with ana")
    (home / "mine" / "bob.html").write_text("<title>Stride: bob</title>")
    (home / "mine" / "ana.html").write_text("<title>Stride: ana</title>")
    done = erased(home)
    assert log.read_text() == sent % "m2" + '{"at'
    assert [file.name for file in done.left] == ["diary.txt"]
    assert (home / "mine" / "bob.html").exists() and not (home / "mine" / "ana.html").exists()


# ---------------------------------------------------------------------------- a complete home


def canary_export(source: Path, target: Path) -> list[list[str]]:
    """Write a sample export with a canary in every text and its own ids; return its rows."""
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(target, "w") as made:
        header, *lines = csv.reader(io.StringIO(packed.read("activities.csv").decode()))
        header.append("Location City")
        for at, line in enumerate(lines):
            line.append(f"{CANARY} city")
            line[0] = f"{line[0][:-3]}777"
            name = header.index("Activity Name")
            line[name] = f"{line[name]} {CANARY} name {at}"
            for column in ("Activity Description", "Activity Private Note", "Activity Gear"):
                line[header.index(column)] = f"{CANARY} {column} {at % 3}"
        stream = io.StringIO()
        csv.writer(stream).writerows([header, *lines])
        made.writestr("activities.csv", stream.getvalue())
        for name in packed.namelist()[1:]:
            made.writestr(name, packed.read(name))
    return lines


def import_canary(home: Home, folder: Path) -> list[str]:
    """Import all kinds of data for one athlete; return ids of activities."""
    athlete = f"{CANARY}-id"
    lines = canary_export(home.folder / "sample" / "sample-2.zip", folder / f"{CANARY}.zip")
    ids = [line[0] for line in lines]
    ok(
        home.stride(
            "import",
            str(folder / f"{CANARY}.zip"),
            "--athlete",
            athlete,
            "--timezone",
            "Europe/Berlin",
        )
    )
    api = {
        "id": 987654321777,
        "name": f"{CANARY} of the api",
        "type": "Run",
        "start_date": "2026-06-29T22:00:00Z",
        "elapsed_time": 2600,
        "distance": 10150.0,
        "description": f"{CANARY} description",
        "gear": {"name": f"{CANARY} shoe"},
        "location_city": f"{CANARY} city",
        "device_name": f"{CANARY} watch",
    }
    broken = {"id": 987654322777, "name": f"{CANARY} broken", "type": f"{CANARY} sport"}
    races = (
        f"activity_id,is_race,official_distance,race_date,note\n{ids[-3]},yes,10k,,{CANARY} note\n"
    )
    races += f",true,marathon,2026-09-19,{CANARY} planned race\n"
    for name, content in (
        ("api.json", json.dumps([api, broken])),
        ("races.csv", races),
        ("exclusions.csv", f"activity_id,reason\n{ids[5]},{CANARY} reason\n"),
        (f"{CANARY}.tcx", "<TrainingCenterDatabase>"),
    ):
        (folder / name).write_text(content)
        home.stride("import", str(folder / name), "--athlete", athlete)
    ok(home.stride("athlete", "set", athlete, "--email", f"{CANARY}@example.org"))
    return ids


def ok(done) -> None:
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def others(home: Home) -> dict[str, list]:
    """Return all rows of other athletes, in tables with an athlete id."""
    found = {}
    for name in home.tables():
        columns = [row[0] for row in home.ask(f"select column_name from (describe {name})")]
        if "athlete_id" in columns:
            found[name] = home.ask(
                f"select * from {name} where athlete_id like 'sample-%' order by all"
            )
    return found


APPEND_ONLY = ("point_in_time.feature_history", "inference.race_predictions", "gold.outbox")
APPEND_ONLY += ("inference.inference_log", "monitoring.ledger_entries")


def test_no_file_below_the_home_contains_a_canary_after_an_erasure(sample_home, tmp_path):
    shutil.copytree(sample_home.folder, tmp_path / "home")
    home = Home(tmp_path / "home")
    (tmp_path / "source").mkdir()
    ids = import_canary(home, tmp_path / "source")
    home.build(AS_OF)
    ok(home.stride("report"))
    (home.folder / "report" / "index.pdf").write_bytes(b"%PDF packed")
    # A replay has a separate home.
    replay = home.folder / "replay"
    shutil.copytree(home.folder / "landing", replay / "landing")
    shutil.copy(home.folder / "stride.duckdb", replay / "stride.duckdb")
    shutil.copytree(home.folder / "mlflow-artifacts", replay / "mlflow-artifacts")
    wanted = (CANARY, *ids)
    found = holders(home.folder, *wanted)
    assert {"stride.duckdb", "report/index.html", "replay/stride.duckdb"} <= found
    assert any(name.startswith("landing/activities/") for name in found)
    before = others(home)
    assert all(before[name] for name in APPEND_ONLY[:2])
    ok(home.stride("erase", "--athlete", f"{CANARY}-id", "--yes"))
    assert holders(home.folder, *wanted) == set()
    assert others(home) == before
    home.build(AS_OF)
    ok(home.stride("report"))
    assert holders(home.folder, *wanted) == set()
    for name in APPEND_ONLY:
        after = home.ask(f"select * from {name} where athlete_id like 'sample-%' order by all")
        assert set(map(str, before[name])) <= set(map(str, after)), name
