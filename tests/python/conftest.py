"""What the tests share: a home folder of their own and dbt as a user runs it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from dbt_server import DbtServer
from local_mail import certificate, mail_server  # noqa: F401

ROOT = Path(__file__).parents[2]
LAST_DAY = date(2026, 6, 30)


DBT = DbtServer()


LONG = (
    *("test_morning", "test_any_sequence", "test_build", "test_incremental", "test_real_export"),
    *("test_leaks", "test_erase", "test_daily"),
)
"""Files that build much go first, so that no process is left alone with them at the end. The second
needs no `sample_home`, which the process with the first one builds meanwhile."""


def pytest_collection_modifyitems(items) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


class Home:
    """One STRIDE_HOME: imports into it, builds it, asks it."""

    def __init__(self, folder: Path, project: Path = ROOT):
        self.folder, self.project = folder, project
        self.environment = os.environ | {
            "STRIDE_HOME": str(folder),
            "DBT_PROFILES_DIR": str(ROOT / "profiles"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DO_NOT_TRACK": "1",
            "STRIDE_TARGET": "local",
        }
        for name in ("STRIDE_LANDING", "MLFLOW_TRACKING_URI"):
            self.environment.pop(name, None)

    def run(self, *command: str, **options) -> subprocess.CompletedProcess:
        """Run a program of this environment from the project's folder."""
        program = Path(sys.executable).with_name(command[0])
        return subprocess.run(
            [program, *command[1:]],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            **options,
        )

    def stride(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("stride", *arguments)

    def dbt(self, command: str, *arguments: str, as_of: date | None = None):
        """Run a dbt command; all but `parse` share what is parsed, which no day changes."""
        given = arguments[arguments.index("--vars") + 1] if "--vars" in arguments else ""
        variables = ("--vars", json.dumps({"as_of_date": str(as_of)})) if as_of else ()
        arguments = ["--no-use-colors", command, *arguments, *variables]
        parsed_as = None if command == "parse" else given
        return DBT.run(arguments, self.project, self.environment, parsed_as)

    def kill_dbt(self, moment: str, *arguments: str, as_of: date) -> None:
        """Run dbt and kill it as soon as it says ``moment``; it must come to say so."""
        dbt = subprocess.Popen(
            [
                *(Path(sys.executable).with_name("dbt"), "--no-use-colors", *arguments),
                *("--vars", f"{{as_of_date: {as_of}}}"),
            ],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in dbt.stdout:
            if moment in line:
                dbt.send_signal(signal.SIGKILL)
                break
        else:
            pytest.fail(f"dbt never said {moment!r}")
        dbt.wait()

    def build(self, as_of: date = LAST_DAY, *arguments: str, unit_tests: bool = False) -> None:
        """Build as a user does; dbt's unit tests say the same in every home, so once is enough."""
        skip = () if unit_tests else ("--exclude-resource-type", "unit_test")
        done = self.dbt("build", *arguments, *skip, as_of=as_of)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "stride.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def frame(self, sql: str):
        with duckdb.connect(str(self.folder / "stride.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).df()

    def tables(self) -> list[str]:
        """Every table as ``schema.name``."""
        return [
            f"{schema}.{name}"
            for schema, name in self.ask(
                "select schema_name, table_name from duckdb_tables() order by all"
            )
        ]


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory, testrun_uid) -> Home:
    """Three invented athletes over two years, imported and built once. Only to be read.

    Processes that test side by side share it: the first one that comes builds it.
    """
    folder = tmp_path_factory.getbasetemp().parent / f"sample-{testrun_uid}"
    home, built = Home(folder), folder.with_suffix(".built")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            done = home.stride("sample", "--athletes", "3", "--years", "2", "--seed", "5")
            assert done.returncode == 0, done.stderr
            done = home.stride("import", str(home.folder / "sample" / "athletes.csv"))
            assert done.returncode == 0, done.stderr
            home.build(unit_tests=True)
            built.touch()
    return home


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real exports that can't be part of this repository."""
    folder = os.environ.get("STRIDE_REAL_DATA")
    if not folder:
        pytest.skip("STRIDE_REAL_DATA names no folder with real exports")
    return Path(folder)
