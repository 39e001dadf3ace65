"""The project on one engine, in a home of its own: builds it and asks it."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from parity import connect, fetch

ROOT = Path(__file__).parents[2]
DAY = date(2026, 6, 30)
CATALOG, VOLUME = "stride", "landing/files"
WHEEL, PINS = "/Volumes/stride/landing/stride.whl", "/Volumes/stride/landing/pins.txt"

# Tables that keep what was, or are published in part: a second build may not touch a row of them.
KEPT = (
    "features.activity_features",
    "features.daily_features",
    "features.rolling_features",
    "point_in_time.feature_history",
    "inference.race_predictions",
)


def stride(home: Path, *command: str) -> None:
    """Run Stride's own command on a home; it must succeed."""
    program = Path(sys.executable).with_name("stride")
    environment = os.environ | {"STRIDE_HOME": str(home)}
    subprocess.run([program, *command], env=environment, check=True, capture_output=True)


class Project:
    """Stride's dbt project on one engine, with a home of its own."""

    def __init__(self, engine: str, home: Path, environment: dict[str, str]):
        self.engine, self.home = engine, home
        self.environment = environment | {
            "STRIDE_HOME": str(home),
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def dbt(
        self, command: str, *arguments: str, as_of: date = DAY, folder: Path = ROOT, **variables
    ):
        """Run dbt; the caller looks at what came of it."""
        return subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                "--no-use-colors",
                command,
                *("--target", self.engine),
                *("--project-dir", folder, "--profiles-dir", folder / "profiles"),
                *("--target-path", self.home / "target", "--log-path", self.home / "logs"),
                *("--vars", json.dumps({"as_of_date": str(as_of)} | variables)),
                *arguments,
            ],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def build(self, as_of: date, *skip: str) -> None:
        done = self.dbt("build", *skip, as_of=as_of)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]


class OnDelta(Project):
    """The project in the stand-in workspace, on Delta Lake."""

    def rows(self, sql: str) -> list[dict]:
        """Rows of a statement, as the SQL connector brings them."""
        with connect(self.environment) as connection:
            return fetch(connection, sql).to_pylist()

    def ask(self, sql: str) -> list[tuple]:
        """The same, without the names of the columns."""
        return [tuple(row.values()) for row in self.rows(sql)]

    def log(self, kind: str) -> list[dict]:
        """What the workspace was asked: statements (sql), REST calls (rest), notebooks (python)."""
        lines = (self.home / "workspace" / "statements.jsonl").read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["kind"] == kind]

    def contents(self, *tables: str) -> dict[str, list[tuple]]:
        """Rows of tables, in an order of their own."""
        return {t: sorted(self.ask(f"select * from {CATALOG}.{t}"), key=repr) for t in tables}
