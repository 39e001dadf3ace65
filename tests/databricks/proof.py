"""The project on one engine, in a home of its own: builds it and asks it."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import requests

import bundle
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

# What fills the tables above; the rest need not be built a second time to show that no row moves.
ONCE_MORE = ["path:models/features", "feature_history", "path:models/inference"]

SILENCE_S = 900
"""A build that says nothing for so long hangs; one that goes on may take as long as it takes."""


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
        command_line = [
            Path(sys.executable).with_name("dbt"),
            "--no-use-colors",
            command,
            *("--target", self.engine),
            *("--project-dir", folder, "--profiles-dir", folder / "profiles"),
            *("--target-path", self.home / "target", "--log-path", self.home / "logs"),
            *("--vars", json.dumps({"as_of_date": str(as_of)} | variables)),
            *arguments,
        ]
        return run_while_it_speaks(command_line, folder, self.environment, self.home / "dbt.out")

    def build(self, as_of: date, *arguments: str, command: str = "build") -> None:
        """Build, which must succeed; what was built is added to what the home built before."""
        results = self.home / "target" / "run_results.json"
        before = json.loads(results.read_text())["results"] if results.exists() else []
        done = self.dbt(command, *arguments, as_of=as_of)
        assert done.returncode == 0, done.stdout[-6000:]
        now = json.loads(results.read_text())
        built = {one["unique_id"] for one in now["results"]}
        now["results"] += [one for one in before if one["unique_id"] not in built]
        results.write_text(json.dumps(now))

    def morning(self, as_of: date) -> None:
        """Build as the jobs of a morning do, one after the other."""
        jobs = bundle.fill(bundle.load("prod"), warehouse_id="w")["jobs"]
        for task in jobs["morning"]["tasks"]:
            for command in task.get("dbt_task", {}).get("commands", []):
                if found := re.match(r"dbt build --selector (\w+) ", command):
                    self.build(as_of, "--selector", found[1])


def run_while_it_speaks(command: list, folder: Path, environment: dict, output: Path):
    """Run a command as long as its output grows; returns a `subprocess.CompletedProcess`."""
    with output.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    size, since = 0, time.monotonic()
    while process.poll() is None:
        time.sleep(0.2)
        if (now := output.stat().st_size) > size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > SILENCE_S:
            process.kill()
    return subprocess.CompletedProcess(command, process.wait(), output.read_text())


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

    def run_notebook(self, file: Path, parameters: dict[str, str]) -> dict:
        """Run a notebook as a task of a job does; returns the state of its run."""

        def call(name: str, **arguments) -> dict:
            host, certificate = (
                self.environment[name] for name in ("DATABRICKS_HOST", "REQUESTS_CA_BUNDLE")
            )
            url = f"https://{host}/api/2.1/{name}"
            answer = requests.request(**arguments, url=url, verify=certificate, timeout=SILENCE_S)
            answer.raise_for_status()
            return answer.json()

        path = f"/bundle/{file.name}"
        content = base64.b64encode(file.read_bytes()).decode()
        call("workspace/import", method="POST", json={"path": path, "content": content})
        task = {"notebook_path": path, "base_parameters": parameters}
        tasks = [{"task_key": "notebook", "notebook_task": task}]
        run = call("jobs/runs/submit", method="POST", json={"tasks": tasks})
        return call("jobs/runs/get", method="GET", params=run)["state"]

    def contents(self, *tables: str) -> dict[str, list[tuple]]:
        """Rows of tables, in an order of their own."""
        return {t: sorted(self.ask(f"select * from {CATALOG}.{t}"), key=repr) for t in tables}
