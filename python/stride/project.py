"""The dbt project that belongs to this package, and dbt run in this process."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stride.errors import StrideError


def folder() -> Path:
    """Folder of the dbt project: the working directory, a checkout, or the copy in the wheel.

    Returns
    -------
    Path

    Raises
    ------
    StrideError
        If there is no project at either place.
    """
    for place in (Path.cwd(), Path(__file__).parents[2], Path(__file__).parent / "_project"):
        with suppress(OSError):
            if "name: stride\n" in (place / "dbt_project.yml").read_text(encoding="utf-8"):
                return place
    raise StrideError(
        "The dbt project is missing: install Stride from its wheel, or run this in the folder with "
        "dbt_project.yml."
    )


@contextmanager
def environment(home: Path, **more: str) -> Iterator[None]:
    """Set what dbt and the model registry read from the environment, for the time of the block.

    Parameters
    ----------
    home : Path
        The tables' home. What dbt parsed and its log are kept there too.
    more : str
        Further variables; one that is empty is taken away.
    """
    project = folder()
    ours = {
        "STRIDE_HOME": str(home.resolve()),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": os.environ.get("DBT_PROFILES_DIR") or str(project / "profiles"),
        "DBT_TARGET_PATH": str(home.resolve() / "target"),
        "DBT_LOG_PATH": str(log_file(home).parent.resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    } | more
    before = {name: os.environ.get(name) for name in ours}
    place = Path.cwd()
    for name, value in ours.items():
        _put(name, value)
    try:
        yield
    finally:
        os.chdir(place)  # dbt runs in the project's folder
        _let_go()
        for name, value in before.items():
            _put(name, value)


def _let_go() -> None:
    """Close the DuckDB file, which dbt-duckdb keeps open for as long as the process lives."""
    if "dbt.adapters.duckdb" in sys.modules:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
            DuckDBConnectionManager._ENV = None


def _put(name: str, value: str | None) -> None:
    os.environ.pop(name, None)
    if value:
        os.environ[name] = value


def log_file(home: Path) -> Path:
    """File that dbt writes everything to that it does in a home."""
    return home / "logs" / "dbt.log"


class Dbt:
    """dbt in this process: the project is read once, however many commands follow.

    Use it within `environment`. Importing dbt takes seconds: the first command does it.

    Parameters
    ----------
    is_verbose : bool
        Let dbt print all that it does.
    watch : callable, optional
        Called with every event of dbt.
    """

    def __init__(self, is_verbose: bool = False, watch: Callable | None = None):
        self._manifest = None
        self._options = ["--no-use-colors", "--no-write-json", "--log-level-file", "info"]
        self._options += ["--log-level", "info" if is_verbose else "none"]
        self._watch = [watch] if watch else []

    def parse(self) -> None:
        """Read the project; what dbt kept of it before is used where nothing changed.

        Raises
        ------
        StrideError
            If it can't be read, in dbt's words.
        """
        done = self._invoke("parse")
        if not done.success:
            raise StrideError(f"The dbt project can't be read: {one_line(done.exception)}")
        self._manifest = done.result

    def run(self, *arguments: str):
        """Run a command of dbt.

        Parameters
        ----------
        arguments : str

        Returns
        -------
        dbt.cli.main.dbtRunnerResult

        Raises
        ------
        KeyboardInterrupt
            If the user stopped it; what was running is rolled back.
        """
        if self._manifest is None:
            self.parse()
        return self._invoke(*arguments)

    def _invoke(self, *arguments: str):
        from dbt.cli.main import dbtRunner

        done = dbtRunner(self._manifest, self._watch).invoke([*self._options, *arguments])
        if isinstance(done.exception, KeyboardInterrupt):
            raise done.exception
        return done


def one_line(problem) -> str:
    """The sentence of an error of dbt, without the places that dbt names around it."""
    lines = [line.strip() for line in str(problem).splitlines()]
    lines = [line for line in lines if line and not line.startswith((">", "in macro", "called by"))]
    while len(lines) > 1 and re.search(r" Error( in .*)?$|encountered an error:$", lines[0]):
        lines.pop(0)
    return " ".join(lines)[:500]
