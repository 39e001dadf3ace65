"""The features on a local Spark, through dbt-databricks and the stand-in workspace."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "databricks"), str(ROOT / "tests" / "python")]

from activity_factory import TABLES  # noqa: E402

from parity import connect  # noqa: E402
from session import workspace  # noqa: E402


def run_on_spark(home: Path, work: Path) -> dict[str, float]:
    """Seconds of each model, from the silver tables of a DuckDB home.

    Parameters
    ----------
    home : Path
        Has `stride.duckdb` with the silver tables.
    work : Path
        Laid anew: the tables as files, Spark's warehouse and dbt's results.
    """
    shutil.rmtree(work, ignore_errors=True)
    files = work / "volumes" / "stride" / "landing" / "files"
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        for name in TABLES:
            (files / name).mkdir(parents=True)
            connection.execute(
                f"copy silver.{name} to '{files / name}/part.parquet' (format parquet)"
            )
    state = work / "workspace"
    with workspace(state, work / "volumes", "stride", ROOT / "python") as environment:
        with connect(environment) as remote, remote.cursor() as cursor:
            cursor.execute("create schema if not exists stride.silver")
            for name in TABLES:
                cursor.execute(
                    f"create table stride.silver.{name} as select * except (_rescued_data) from"
                    f" read_files('/Volumes/stride/landing/files/{name}', format => 'parquet')"
                )
        for command in (
            ("seed", "--select", "sports", "load_conventions"),
            ("run", "--select", "path:models/features"),
        ):
            dbt(work, environment, *command)
    results = json.loads((work / "target" / "run_results.json").read_text())["results"]
    return {r["unique_id"].split(".")[-1]: r["execution_time"] for r in results}


def dbt(work: Path, environment: dict, *command: str) -> None:
    program = Path(sys.executable).with_name("dbt")
    environment = (
        os.environ
        | environment
        | {
            "DBT_PROFILES_DIR": str(ROOT / "profiles"),
            "DBT_TARGET_PATH": str(work / "target"),
            "DBT_LOG_PATH": str(work / "logs"),
            "STRIDE_HOME": str(work),
            "DO_NOT_TRACK": "1",
        }
    )
    done = subprocess.run(
        [program, "--quiet", *command, "--target", "databricks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
