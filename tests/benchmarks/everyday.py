"""What a day costs: CPU of whole processes, as ratios to a warm `dbt parse` of the same project.

    python tests/benchmarks/everyday.py [--athletes 200 --years 2] [--quick]

Machines differ by a factor of five; ratios hardly do. Without STRIDE_REAL_DATA the real export is
left out and says so. --athletes adds invented athletes, --quick leaves out the demo. The
breakdown is of wall time, from dbt's log. The floor is an empty dbt project on the same engine.
"""

import argparse
import csv
import gzip
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GOALS = {
    "next morning, real export, one new run": 2.5,
    "nothing new, same day": 0.4,
    "first update, real export": 4.0,
    "demo of eight athletes from nothing": 5.0,
    "status": 0.15,
    "models": 0.25,
    "forecast": 0.4,
    "--help": 0.04,
    "population: first": 8.0,
    "population: next day": 3.0,
}
LAST_DAY = date(2026, 6, 30)


class Bench:
    """Runs commands in a scratch folder and prints what they cost."""

    def __init__(self, scratch: Path):
        self.scratch = scratch
        self.parse_s: float | None = None

    def run(self, *command: str, home: Path, env=None) -> tuple[float, float, float]:
        """CPU seconds, wall seconds and MB of a command and its children."""
        environment = os.environ | {
            "STRIDE_HOME": str(home),
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        environment |= env or {}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [BIN / command[0], *command[1:]],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, time.monotonic() - began, after.ru_maxrss / 1024

    def row(self, name: str, *command: str, home: Path, env=None) -> None:
        """Print one line of the table."""
        cpu, wall, megabytes = self.run(*command, home=home, env=env)
        ratio = cpu / self.parse_s if self.parse_s else 1.0
        goal = GOALS.get(name)
        mark = "" if goal is None else f"{goal:6.2f}  {'ok' if ratio <= goal else 'over'}"
        print(f"{name:42}{cpu:8.1f} s{wall:8.1f} s{ratio:8.2f}  {mark:12} {megabytes:6.0f} MB")

    def parse(self, home: Path) -> None:
        """Measure the unit of the ratios, and the floor."""
        place = {"DBT_TARGET_PATH": str(self.scratch / "parsed"), "DBT_LOG_PATH": str(self.scratch)}
        command = ("dbt", "--quiet", "parse", "--profiles-dir", str(ROOT / "profiles"))
        self.run(*command, home=home, env=place)
        self.parse_s = self.run(*command, home=home, env=place)[0]
        print(f"a warm dbt parse takes {self.parse_s:.1f} CPU s\n")
        print(f"{'':42}{'CPU':>10}{'wall':>10}{'ratio':>8}  {'goal':>6}{'most':>16}")
        empty = self.scratch / "empty"
        (empty / "models").mkdir(parents=True)
        (empty / "dbt_project.yml").write_text("name: empty\nprofile: empty\nversion: '1'\n")
        (empty / "profiles.yml").write_text(
            "empty: {target: dev, outputs: {dev: {type: duckdb, path: empty.duckdb}}}\n"
        )
        (empty / "models" / "one.sql").write_text("select 1 as one\n")
        place = ("--project-dir", str(empty), "--profiles-dir", str(empty))
        self.run("dbt", "--quiet", "build", *place, home=home)
        self.row("floor: an empty project", "dbt", "--quiet", "build", *place, home=home)


def breakdown(home: Path) -> None:
    """Print where the last build's time went, from its log."""
    text = (home / "logs" / "dbt.log").read_text(encoding="utf-8")
    last = re.split(r"={10,} .*? ={10,}", text)[-1]
    seconds: dict[str, float] = {}
    for line in last.splitlines():
        found = re.search(r"\] \[[^]]*\]: \d+ of \d+ (.*?) \.* ?\[.* in ([\d.]+)s\]", line)
        if found:
            said = found[1]
            kind = "seeds" if "seed" in said else "Python models" if " python " in said else "SQL"
            kind = "tests" if said.startswith(("PASS", "WARN", "FAIL")) else kind
            seconds[kind] = seconds.get(kind, 0.0) + float(found[2])
    parts = ", ".join(f"{kind} {spent:.1f} s" for kind, spent in sorted(seconds.items()))
    print(f"{'':4}of the build, summed over two threads: {parts}")


def quiet_commands(bench: Bench, home: Path, athlete: str, day: date) -> None:
    """What is asked between two mornings."""
    as_of = {"STRIDE_AS_OF": str(day)}
    bench.row("nothing new, same day", "stride", "update", home=home, env=as_of)
    bench.row("status", "stride", "status", home=home)
    bench.row("models", "stride", "models", home=home)
    race = ("--race-date", str(day + timedelta(days=60)), "--distance", "10k")
    bench.row("forecast", "stride", "forecast", "--athlete", athlete, *race, home=home)
    bench.row("--help", "stride", "--help", home=home)


def real_export(bench: Bench, data: Path) -> None:
    """A runner's own export: the first day, and the next one with one new run."""
    packed = data / "butcher_strava_export" / "activities.csv.gz"
    rows = list(csv.reader(io.StringIO(gzip.decompress(packed.read_bytes()).decode("utf-8"))))
    home, export = bench.scratch / "real", bench.scratch / "activities.csv"

    def write(number: int) -> None:
        with export.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows[:number])

    days = [time.strptime(row[1], "%b %d, %Y, %I:%M:%S %p") for row in rows[1:]]
    order = sorted(range(len(days)), key=days.__getitem__)
    rows = [rows[0], *(rows[1 + at] for at in order)]
    last = max(days)
    day = date(*last[:3])
    write(len(rows) - 1)
    place = ("--athlete", "ana", "--timezone", "America/Los_Angeles")
    cpu, _, _ = bench.run("stride", "import", str(export), *place, home=home)
    print(f"(its import: {cpu:.1f} CPU s)")
    first = {"STRIDE_AS_OF": str(day)}
    bench.row("first update, real export", "stride", "update", home=home, env=first)
    breakdown(home)
    write(len(rows))
    later = {"STRIDE_AS_OF": str(day + timedelta(days=1))}
    bench.row("next morning, real export, one new run", "stride", "update", home=home, env=later)
    breakdown(home)
    quiet_commands(bench, home, "ana", day + timedelta(days=1))


def population(bench: Bench, athletes: int, years: float) -> None:
    """A club of invented athletes: the first day and the next."""
    home = bench.scratch / "population"
    options = ("--athletes", str(athletes), "--years", str(years), "--seed", "1")
    bench.run("stride", "sample", *options, home=home)
    bench.run("stride", "import", str(home / "sample" / "athletes.csv"), home=home)
    print(f"\n{athletes:,} athletes x {years:g} years")
    for name, day in (("first", LAST_DAY), ("next day", LAST_DAY + timedelta(days=1))):
        as_of = {"STRIDE_AS_OF": str(day)}
        bench.row(f"population: {name}", "stride", "update", home=home, env=as_of)
        breakdown(home)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athletes", type=int, default=0)
    parser.add_argument("--years", type=float, default=2.0)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="stride-everyday-"))
    try:
        bench = Bench(scratch)
        bench.parse(scratch / "parse-home")
        if os.environ.get("STRIDE_REAL_DATA"):
            real_export(bench, Path(os.environ["STRIDE_REAL_DATA"]))
        else:
            print("STRIDE_REAL_DATA names no folder with real exports: left out")
        if not asked.quick:
            home = scratch / "demo"
            name = "demo of eight athletes from nothing"
            bench.row(name, "stride", "demo", "--home", str(home), home=home)
            breakdown(home)
        if asked.athletes:
            population(bench, asked.athletes, asked.years)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
