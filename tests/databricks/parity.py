"""Build the project on DuckDB and on the stand-in workspace, and compare every relation.

    STRIDE_HOME=data python tests/databricks/parity.py --as-of-date 2024-12-01

STRIDE_HOME must hold an imported landing. Each engine gets a home of its own below the work
folder, so that neither sees what the other wrote.
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from databricks import sql

from compare import IGNORE, compare
from session import workspace

HERE = Path(__file__).resolve().parent
ENGINES = ("local", "databricks")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
NO_TESTS = (*NO_UNIT_TESTS, "--exclude-resource-type", "test")


def main() -> int:
    """Build, compare, and say with the exit code whether all is equal."""
    arguments = parse_arguments()
    # A plain kill must end the workspace too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    project, work = arguments.project.resolve(), arguments.work.resolve()
    landing = Path(os.environ.get("STRIDE_HOME", "data")).resolve() / "landing"
    if not landing.is_dir():
        sys.exit(f"No landing at {landing}: set STRIDE_HOME to a home with an import.")
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[parity {time.monotonic() - began:5.0f} s] {text}", flush=True)

    rounds = 2 if arguments.twice else 1
    lay_home(work / "local", landing)
    for number in range(rounds):
        say(f"DuckDB, build {number + 1} of {rounds}")
        build(project, "local", work, dict(os.environ), arguments, rounds - 1 - number)
    # Python models run in the workspace: their registry is this engine's too.
    os.environ["STRIDE_HOME"] = str(work / "databricks")

    def on_databricks() -> bool:
        say("starting the workspace")
        volumes = work / "databricks" / "volumes"
        lay_home(work / "databricks", landing, volumes / arguments.catalog / arguments.volume)
        state = work / "databricks" / "workspace"
        package, jars = project / "python", arguments.jars
        with workspace(state, volumes, arguments.catalog, package, jars=jars) as env:
            for number in range(rounds):
                say(f"Databricks, build {number + 1} of {rounds}")
                build(project, "databricks", work, env, arguments, rounds - 1 - number)
            say("comparing")
            return compare_all(work, env, arguments.catalog)

    try:
        equal = on_databricks()
    except BuildError as error:
        # The local Spark's catalog is no transactional one: two statements at once can trip over
        # each other, once in many builds. From nothing again; a fault of the project fails again.
        say(f"{error}\nFrom nothing once more, to tell a stumble of the stand-in from a fault.")
        equal = on_databricks()
    say("equal" if equal else "DIFFERENT")
    return 0 if equal else 1


class BuildError(Exception):
    """A dbt build failed."""


def lay_home(home: Path, landing: Path, volume: Path | None = None) -> None:
    """Make an empty home on the given landing, which a workspace sees as a volume."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    use_landing(home, landing, volume)


def use_landing(home: Path, landing: Path, volume: Path | None = None) -> None:
    """Let a home, and the workspace by its volume, see another landing from now on."""
    for place in filter(None, (home / "landing", volume)):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(landing)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--as-of-date", help="the day the build stands on, as YYYY-MM-DD")
    parser.add_argument(
        "--twice",
        action="store_true",
        help="build twice, first as of the day before: incremental paths",
    )
    parser.add_argument("--no-tests", action="store_true", help="build and compare the tables only")
    parser.add_argument("--select", help="build only these nodes")
    parser.add_argument("--project", type=Path, default=HERE.parents[1], help="dbt project")
    parser.add_argument("--work", type=Path, default=Path("target/parity"), help="scratch folder")
    parser.add_argument("--catalog", default="stride")
    parser.add_argument(
        "--jars", type=Path, help="folder with Delta Lake's jars; without it tables are Parquet"
    )
    parser.add_argument(
        "--volume", default="landing/files", help="the landing's place below /Volumes/<catalog>"
    )
    return parser.parse_args()


def build(project: Path, engine: str, work: Path, env: dict, arguments, days_before: int) -> None:
    """Run dbt build on one engine, as of some days before; its output is the progress."""
    home = work / engine
    command = [
        Path(sys.executable).with_name("dbt"),
        "--no-use-colors",
        "build",
        "--target",
        engine,
        "--project-dir",
        project,
        "--profiles-dir",
        project / "profiles",
        "--target-path",
        home / "target",
        "--log-path",
        home / "logs",
    ]
    if arguments.as_of_date:
        day = date.fromisoformat(arguments.as_of_date) - timedelta(days=days_before)
        command += ["--vars", json.dumps({"as_of_date": str(day)})]
    if arguments.no_tests:
        command += NO_TESTS
    elif days_before < arguments.twice:
        # What the first build has tested of the models' arithmetic, the second need not again.
        command += NO_UNIT_TESTS
    if arguments.select:
        command += ["--select", *arguments.select.split()]
    env = env | {"STRIDE_HOME": str(home)}
    env.pop("STRIDE_LANDING", None)
    if engine == "databricks":
        env["STRIDE_LANDING"] = f"/Volumes/{arguments.catalog}/{arguments.volume}"
    done = subprocess.run(command, cwd=project, env=env)
    if done.returncode:
        raise BuildError("\n".join([f"dbt build on {engine} failed:", *errors(home / "target")]))


def errors(target: Path) -> list[str]:
    """What went wrong in a build, a line for each node."""
    results = target / "run_results.json"
    return [
        f"  {r['unique_id']}: {' '.join((r['message'] or '').split())[:600]}"
        for r in (json.loads(results.read_text())["results"] if results.exists() else [])
        if r["status"] in ("error", "fail")
    ]


def compare_all(work: Path, env: dict[str, str], catalog: str) -> bool:
    """Compare every relation of the two builds, one printed line each."""
    nodes = {engine: relations(work / engine / "target") for engine in ENGINES}
    only = set(nodes["local"]) ^ set(nodes["databricks"])
    for node in sorted(only):
        print(f"DIFFERENT  {node}: only on one engine")
    equal = not only
    grains = grain_of(work / "local" / "target")
    database = next((work / "local").glob("*.duckdb"))
    with duckdb.connect(str(database), read_only=True) as local, connect(env) as remote:
        local.sql("set TimeZone = 'UTC'")
        for node in sorted(set(nodes["local"]) - only):
            schema, name = nodes["local"][node]
            left = local.sql(f'select * from "{schema}"."{name}"').to_arrow_table()
            right = fetch(remote, f"select * from `{catalog}`.`{schema}`.`{name}`")
            grain = grains.get(node, [])
            result = compare(left, right, grain, tolerances(name, left.column_names))
            equal &= not result.problems
            print(
                f"{'DIFFERENT' if result.problems else 'ok':9}  {schema}.{name}:"
                f" {result.rows} rows, {result.columns} columns,"
                f" max relative difference {result.max_relative:.1e}"
                f"{'' if grain else ' (no grain)'}",
                flush=True,
            )
            for problem in result.problems:
                print(f"           {problem}")
    return equal


def manifest(target: Path) -> dict:
    """Read what dbt knows about the project."""
    return json.loads((target / "manifest.json").read_text())


def relations(target: Path) -> dict[str, tuple[str, str]]:
    """Schema and name of each relation that was built, by node."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    built = {r["unique_id"] for r in results if r["status"] == "success"}
    return {
        key: (node["schema"], node["alias"])
        for key, node in manifest(target)["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
        and key in built
        and node["config"]["materialized"] != "ephemeral"
    }


def grain_of(target: Path) -> dict[str, list[str]]:
    """Columns that name a row, by node, from the `unique_grain` tests."""
    return {
        node["attached_node"]: node["test_metadata"]["kwargs"]["columns"]
        for node in manifest(target)["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }


def tolerances(model: str, columns: list[str]) -> dict[str, float | str]:
    """Exceptions for a model's columns; a row for the model itself wins over one for all."""
    with (HERE / "parity_tolerances.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["model"] in ("*", model)]
    rows.sort(key=lambda r: r["model"] != "*")
    return {
        r["column"]: IGNORE if r["tolerance"] == IGNORE else float(r["tolerance"])
        for r in rows
        if r["column"] in map(str.lower, columns)
    }


def connect(env: dict[str, str]):
    """Open a connection to the workspace, as dbt does."""
    return sql.connect(
        server_hostname=env["DATABRICKS_HOST"],
        http_path=env["DATABRICKS_HTTP_PATH"],
        access_token=env["DATABRICKS_TOKEN"],
        **json.loads(env["STRIDE_CONNECTION_PARAMETERS"]),
    )


def fetch(connection, query: str) -> pa.Table:
    """Rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall_arrow()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BuildError as failed:
        sys.exit(str(failed))
