"""`stride update`: every day from one command, and nothing at all where nothing is new."""

import fcntl
import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from conftest import LAST_DAY, ROOT, Home
from test_build import copy_of

from stride import update
from stride.sources import Source, Sources, marks

HEAVY = {"dbt", "duckdb", "pandas", "numpy", "pyarrow", "mlflow", "sklearn", "nannyml", "rich"}
ONLY_TO_TRAIN = {"mlflow", "sklearn", "scipy", "nannyml", "lightgbm", "skops", "shap", "crepes"}
ONLY_TO_TRAIN |= {"matplotlib", "plotly", "statsmodels", "sqlalchemy", "numba"}
RUN = """
import sys
from stride.cli import main
try:
    main()
finally:
    print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def stride(home: Home, *arguments: str) -> tuple[subprocess.CompletedProcess, set[str]]:
    """Run a command; its result, and the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=home.folder,
        env=home.environment,
        capture_output=True,
        text=True,
    )
    *_, imported = done.stderr.strip().splitlines()
    return done, set(imported.split()[1:])


def keep_state(home: Home, monkeypatch, as_of: date = LAST_DAY) -> None:
    """As if the home's tables had been built by an update."""
    monkeypatch.setenv("STRIDE_HOME", str(home.folder))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)
    for name in ("STRIDE_TARGET", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, home.environment.get(name, ""))
    state = update.state(home.folder, as_of, update.days_of(home.folder))
    update.write_last(home.folder, state)


@pytest.fixture(scope="module")
def home(sample_home, tmp_path_factory) -> Home:
    return copy_of(sample_home, tmp_path_factory.mktemp("update") / "a [home]'s")


def test_nothing_new_on_the_same_day_is_said_at_once(home, monkeypatch):
    keep_state(home, monkeypatch)
    report = home.folder / "report" / "index.html"
    report.parent.mkdir(exist_ok=True)
    report.write_text("a report")
    done, imported = stride(home, "update", "--as-of", str(LAST_DAY))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Nothing new since ") and done.stdout.count("\n") == 1
    assert str(LAST_DAY) in done.stdout and str(report) in done.stdout
    assert not imported & HEAVY
    assert report.read_text() == "a report"


def test_another_day_another_landing_and_another_release_are_something_new(home, monkeypatch):
    keep_state(home, monkeypatch)
    last = update.read_last(home.folder).state
    zones = list(last.days)
    assert update.state(home.folder, LAST_DAY, zones) == last
    assert update.state(home.folder, LAST_DAY + timedelta(days=1), zones) != last
    file = home.folder / "landing" / "activities" / "new.0001-a.parquet"
    file.write_bytes(b"")
    assert update.state(home.folder, LAST_DAY, zones) != last
    file.unlink()
    assert update.state(home.folder, LAST_DAY, zones) == last
    assert last._replace(code="of another release") != last


@pytest.mark.timeout(3000)
def test_the_next_morning_is_a_few_lines_and_imports_little(home, monkeypatch):
    keep_state(home, monkeypatch)
    next_day = LAST_DAY + timedelta(days=1)
    before = (home.folder / "logs" / "dbt.log").stat().st_size
    done, imported = stride(home, "update", "--as-of", str(next_day))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) <= 12, done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[:2]] == ["Tables", "Report"]
    days = home.ask("select distinct as_of_date from silver.athletes")
    assert days == [(next_day,)]
    assert (home.folder / "report" / "index.html").stat().st_size > 100_000
    log = (home.folder / "logs" / "dbt.log").read_text()[before:]
    assert "PASS" in log and "::" not in log  # data tests, and no unit tests
    assert not imported & ONLY_TO_TRAIN
    assert {"dbt", "duckdb", "pandas"} <= imported
    again, imported = stride(home, "update", "--as-of", str(next_day))
    assert again.stdout.startswith("Nothing new since "), again.stdout
    assert not imported & HEAVY


@pytest.mark.parametrize(
    ("command", "never"),
    [
        (["--help"], HEAVY),
        (["models"], HEAVY),
        (["sources"], HEAVY),
        (["status"], ONLY_TO_TRAIN | {"dbt", "jinja2"}),
        (
            ["forecast", "--athlete", "sample-1", "--race-date", "2026-08-30", "--distance", "10k"],
            ONLY_TO_TRAIN | {"dbt", "jinja2"},
        ),
    ],
)
def test_a_command_imports_what_it_needs_and_no_more(sample_home, command, never):
    done, imported = stride(sample_home, *command)
    assert done.returncode == 0, done.stderr
    assert not imported & never


def test_two_updates_at_once_get_one_clear_sentence(tmp_path):
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    with (home.folder / ".update.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711 05:00")
        lock.flush()
        done = home.stride("update")
    assert done.returncode == 4
    assert done.stderr == (
        f"Error: Another update of {home.folder} is at work (process 4711, since 05:00): wait "
        "until it is over, then run this one again.\n"
    )


def test_before_any_import_it_says_what_to_do(tmp_path):
    done = Home(tmp_path / "home").stride("update")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Nothing has been imported yet: stride import PATH")
    assert done.stderr.count("\n") == 1


def test_a_day_that_is_none_is_told(tmp_path):
    done = Home(tmp_path / "home").stride("update", "--as-of", "yesterday")
    assert done.returncode == 1 and "'yesterday'" in done.stderr


@pytest.mark.parametrize("day", ["2026-06-30", "2026-07-01"])
def test_the_day_comes_from_the_environment_and_what_dbt_parsed_is_kept(day, sample_home, home):
    own = Home(home.folder)
    own.environment |= {"STRIDE_AS_OF": day}
    own.environment["DBT_TARGET_PATH"] = str(home.folder.parent / "parsed")
    own.environment["DBT_LOG_PATH"] = str(home.folder.parent / day)
    done = own.run("dbt", "compile", "--select", "athletes", "--no-use-colors")
    assert done.returncode == 0 and f"cast('{day}' as date)" in done.stdout, done.stdout
    if day == "2026-07-01":
        log = (home.folder.parent / day / "dbt.log").read_text()
        assert "Partial parsing enabled: 0 files deleted, 0 files added, 0 files changed." in log
        assert "Unable to do partial parsing" not in log


# ---- sources ----


def test_a_source_is_looked_at_again_only_where_it_changed(tmp_path, monkeypatch):
    from stride.commands.update import _bring_in

    folder = tmp_path / "watch"
    folder.mkdir()
    (folder / "a.fit").write_bytes(b"a")
    kept = Sources(tmp_path)
    kept.remember(Source(str(folder), "ana", is_folder=True, seen=marks(folder)))
    kept.remember(Source(str(tmp_path / "export.zip"), "ana"))
    asked = []
    monkeypatch.setattr("stride.commands.update._import", lambda s: asked.append(s.path) or True)
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    assert _bring_in(tmp_path, None) == 0 and asked == []
    assert [source.path for source in kept.all()] == [str(folder)]  # the zip is gone, as zips go
    (folder / "b.fit").write_bytes(b"b")
    assert _bring_in(tmp_path, "ana") == 0 and asked == [str(folder)]


def test_an_import_is_remembered_and_imported_again_when_it_grows(tmp_path):
    home = Home(tmp_path / "home")
    races = tmp_path / "races.csv"
    header = "athlete_id,activity_id,is_race,race_date,official_distance,note\n"
    races.write_text(f"{header}ana,,,2026-10-04,10k,\n")
    done = home.stride("athlete", "add", "ana", "--timezone", "Europe/Lisbon")
    assert done.returncode == 0, done.stderr
    done = home.stride("import", str(races))
    assert done.returncode == 0, done.stderr
    assert home.stride("sources").stdout.split() == ["all", str(races)]
    races.write_text(f"{races.read_text()}ana,,,2026-11-08,half marathon,\n")
    done = home.stride("update")
    # There is no activity yet, so nothing is built; the file was read again.
    assert "1 new" in done.stdout and "Nothing has been imported yet" in done.stderr
    assert "imported" not in home.stride("update").stdout
    assert home.stride("sources", "forget", str(races)).returncode == 0
    assert json.loads((home.folder / "sources.json").read_text()) == []


def test_make_quotes_the_home(tmp_path):
    done = subprocess.run(
        ["make", "-n", "build", "docs", f"STRIDE_HOME={tmp_path}/my home"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"MAKEFLAGS": ""},
    )
    assert "my home" not in done.stdout.replace('"$STRIDE_HOME"', ""), done.stdout


# ---- what is wrong with a home ----


def test_a_home_that_is_well_and_one_that_was_moved(sample_home, tmp_path):
    from stride.racetime.registry_file import RegistryFile

    assert sample_home.stride("doctor").returncode == 0
    moved = copy_of(sample_home, tmp_path / "mövéd [1]")
    done = moved.stride("doctor")
    assert done.returncode == 1 and "The home was moved" in done.stdout, done.stdout
    name = "stride.training.race_time"
    files = RegistryFile(moved.folder).version_files(name, "1")
    assert files.is_relative_to(moved.folder) and (files / "model.skops").exists()
    assert moved.stride("doctor", "--mend").returncode == 0
    assert moved.stride("doctor").stdout == f"{moved.folder} is well.\n"
    assert RegistryFile(moved.folder).version_files(name, "1") == files


def test_what_is_wrong_with_a_home_is_said_with_what_to_do(tmp_path, monkeypatch):
    from stride import doctor

    home = tmp_path / "home"
    (home / "landing" / "activities").mkdir(parents=True)
    (home / "stride.duckdb").write_bytes(b"not a database" * 1000)
    (home / "mlflow.db").write_bytes(b"not a database" * 1000)
    (home / "landing" / "activities" / "ana.1.parquet").write_bytes(b"PAR1")
    part = home / "landing" / "activities" / "ana.2.77.part"
    part.write_bytes(b"")
    os.utime(part, (1, 1))
    os.utime(home / "mlflow.db", (4e9, 4e9))
    monkeypatch.setattr(doctor, "_LEAST_MB", 1e12)
    (home / "sources.json").write_text("{")
    found = "\n".join(doctor.findings(home, home / "landing"))
    for said in (
        *("MB are free", "clock", "stride.duckdb can't be opened by DuckDB", "half-written"),
        *("ana.1.parquet is damaged", "sources.json can't be read", "mlflow.db can't be read"),
    ):
        assert said in found, (said, found)
    assert len(found.splitlines()) == 7


def test_the_registry_is_read_as_mlflow_reads_it(sample_home, monkeypatch):
    from stride.racetime import registry
    from stride.racetime.registry_file import RegistryFile

    monkeypatch.setenv("STRIDE_HOME", str(sample_home.folder))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    name = registry.default_name()
    own, client = registry.connect_to_read(name), registry.connect(name)
    assert isinstance(own, RegistryFile), "MLflow has other tables now: look at REVISION"
    assert registry.numbers(own, name) == registry.numbers(client, name) != []
    for alias in (registry.CHAMPION, registry.CHALLENGER, registry.PREVIOUS):
        assert registry.by_alias(own, name, alias) == registry.by_alias(client, name, alias)
    version = registry.by_alias(own, name, registry.CHAMPION)
    assert registry.tags(own, name, version.number) == registry.tags(client, name, version.number)
    files = registry._files(client, name, version.number)
    assert (files / "model.skops").read_bytes() == (
        own.version_files(name, version.number) / "model.skops"
    ).read_bytes()
