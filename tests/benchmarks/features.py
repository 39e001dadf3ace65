"""Duration of the features: 5,000 athletes over 5 years, and one more day.

    make benchmark-features                                    # or with fewer:
    python tests/benchmarks/features.py --athletes 500 --years 2

dbt runs the models as they are, on two threads, on invented silver tables. Beside it: pandas for
CTL and ATL alone, polars for the whole of rolling_features from and to Parquet, and with
`--spark` the same models on a local Spark on a tenth of the athletes. Last comes the growth with
athletes and with years. CPU seconds are printed beside the clock's: they hold on a busy machine.
"""

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from activity_factory import TABLES  # noqa: E402

LAST_DAY = date(2025, 12, 31)
CHAIN = (
    "int_daily_features",
    "int_load_averages",
    "int_rolling_features",
    "int_feature_audits",
    "daily_features",
    "rolling_features",
)


def main() -> None:
    """Build, build a day more, compare, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--athletes", type=int, default=5000)
    parser.add_argument("--years", type=float, default=5)
    parser.add_argument("--spark", action="store_true", help="also on a local Spark")
    parser.add_argument("--no-fit", action="store_true", help="leave out the smaller sizes")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "benchmark")
    options = parser.parse_args()
    work = options.work.resolve()
    home = work / "features"
    make_silver(home, options.athletes, options.years)
    rows = count(home, "silver.activities")
    days = options.athletes * int(365.25 * options.years)
    print(f"{options.athletes:,} athletes, {days:,} athlete-days, {rows:,} activities", flush=True)

    full = run(home, "--full-refresh")
    show("full build", full, count(home, "features.rolling_features"))
    add_a_day(home)
    more = run(home)
    show("one more day", more, options.athletes)
    print(f"  {more['clock'] / full['clock']:.1%} of the full build (goal: under 10 %)")

    whole = chain(full)
    print(f"from activities to rolling features, dbt: {whole:.1f} s")
    for name, seconds in (("pandas, CTL and ATL", pandas(home)), ("polars", polars(home))):
        print(f"  {name}: {seconds:.1f} s; dbt takes {whole / seconds:.2f} times as long")
    print(f"  polars' table is the same within {difference(home):.0e} on a hundred athletes")
    if not options.no_fit:
        fit(work, options.athletes, options.years)
    if options.spark:
        from features_spark import run_on_spark

        some = max(1, options.athletes // 10)
        make_silver(work / "tenth", some, options.years)
        local = run(work / "tenth", "--full-refresh")
        spark = run_on_spark(work / "tenth", work / "spark")
        print(
            f"{some:,} athletes: {local['clock']:.1f} s on DuckDB, {sum(spark.values()):.1f} s on a"
            f" local Spark through dbt-databricks, {sum(spark.values()) / local['clock']:.1f} times"
        )


# ---- silver and dbt ---------------------------------------------------------------------------


def make_silver(home: Path, athletes: int, years: float) -> None:
    """Invent silver tables: six days of ten with an activity, most of them runs."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("set threads = 2; set TimeZone = 'UTC'; create schema silver")
        for name, columns in TABLES.items():
            connection.execute(f"create table silver.{name} ({columns})")
        connection.execute(
            f"""insert into silver.athletes by name
            select 'athlete-' || lpad(cast(a as string), 5, '0') as athlete_id,
                date '{LAST_DAY}' as as_of_date
            from range({athletes}) as numbers(a)"""
        )
        days = int(365.25 * years)
        connection.execute(
            activities(
                f"range({days}) as ages(age)", f"hash(athlete_id, age) % 10 < 6 or age = {days - 1}"
            )
        )
        connection.execute(
            """insert into silver.athlete_settings by name
            select athlete_id, 'max_hr_bpm' as setting, 188.0 as value,
                date '1900-01-01' as valid_from, date '9999-12-31' as valid_until
            from silver.athletes where hash(athlete_id) % 2 = 0"""
        )
    dbt(home, "seed", "--select", "sports", "load_conventions")


def activities(ages: str, condition: str) -> str:
    """Statement: an activity of every athlete on the days that fulfil the condition."""
    return f"""insert into silver.activities by name
        select
            athlete_id,
            athlete_id || '-' || cast(as_of_date - cast(age as int) as string) as activity_id,
            case when draw % 5 = 0 then 'ride' else 'run' end as sport,
            case when draw % 5 = 0 then 'Ride' else 'Run' end as sport_type,
            as_of_date - cast(age as int) as activity_date,
            1800.0 + draw % 5400 as elapsed_time_s,
            1800.0 + draw % 5400 as moving_time_s,
            (1800.0 + draw % 5400) * (2.2 + (draw % 97) / 50) as distance_m,
            (draw % 300) * 1.0 as elevation_gain_m,
            120.0 + draw % 50 as avg_hr_bpm,
            150.0 + draw % 45 as max_hr_bpm
        from (
            select *, hash(athlete_id, age, 7) as draw
            from silver.athletes cross join {ages}
            where {condition}
            order by athlete_id, age desc
        )"""


def add_a_day(home: Path) -> None:
    """A day later; one athlete in ten trained."""
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("update silver.athletes set as_of_date = as_of_date + 1")
        connection.execute(
            activities("range(1) as ages(age)", "hash(athlete_id, 'active') % 10 = 0")
        )


def dbt(home: Path, *arguments: str) -> None:
    environment = os.environ | {
        "STRIDE_HOME": str(home),
        "DBT_PROFILES_DIR": str(ROOT / "profiles"),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "STRIDE_TARGET": "local",
        "DO_NOT_TRACK": "1",
    }
    program = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [program, "--quiet", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def run(home: Path, *arguments: str) -> dict:
    """Run the models of the features: their seconds, CPU seconds and peak memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    dbt(home, "run", "--select", "path:models/features", *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    models = {r["unique_id"].split(".")[-1]: r["execution_time"] for r in results}
    return {
        "models": models,
        "clock": sum(models.values()),
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memory_gb": after.ru_maxrss / 1e6,
    }


def chain(measured: dict) -> float:
    """Seconds from the features of activities to rolling_features, audit included."""
    models = measured["models"]
    return sum(models[name] for name in CHAIN)


def count(home: Path, table: str) -> int:
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def show(title: str, measured: dict, rows: int) -> None:
    print(
        f"{title}: {measured['clock']:.1f} s in the models, {measured['cpu']:.1f} CPU s with dbt,"
        f" {rows / measured['clock']:,.0f} rows/s, peak {measured['memory_gb']:.1f} GB"
    )
    slowest = sorted(measured["models"].items(), key=lambda item: -item[1])[:6]
    print("  " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest), flush=True)


# ---- the others -------------------------------------------------------------------------------


def pandas(home: Path) -> float:
    """Seconds that pandas takes for CTL and ATL alone, the daily loads in memory."""
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        days = connection.execute(
            """select athlete_id, training_load from features.daily_features
            order by athlete_id, feature_date"""
        ).df()
    days["athlete_id"] = days["athlete_id"].astype("category")
    began = time.perf_counter()
    for tau in (42, 7):
        days.groupby("athlete_id", observed=True)["training_load"].ewm(
            alpha=1 - math.exp(-1 / tau), adjust=False
        ).mean()
    return time.perf_counter() - began


def polars(home: Path) -> float:
    """Seconds that polars takes for the same table, from activities in Parquet to Parquet."""
    source, target = home / "activities.parquet", home / "rolling.parquet"
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        connection.execute(
            f"""copy (
                select activity_features.*, athletes.as_of_date from features.activity_features
                join silver.athletes using (athlete_id)
            ) to '{source}' (format parquet)"""
        )
    program = Path(__file__).with_name("features_polars.py")
    began = time.perf_counter()
    environment = os.environ | {"POLARS_MAX_THREADS": "2"}
    subprocess.run([sys.executable, program, source, target], check=True, env=environment)
    return time.perf_counter() - began


def difference(home: Path) -> float:
    """Largest relative difference of any number in polars' table; infinite where one has none."""
    polars_table = f"read_parquet('{home / 'rolling.parquet'}')"
    with duckdb.connect(str(home / "stride.duckdb"), read_only=True) as connection:
        names = {row[0] for row in connection.execute(f"describe from {polars_table}").fetchall()}
        ours = connection.execute("describe features.rolling_features").fetchall()
        columns = [row[0] for row in ours if row[0] in names and row[0] != "athlete_id"]
        away = ", ".join(
            f"""case when (a.{c} is null) != (b.{c} is null) then double 'inf' else coalesce(
                abs(cast(a.{c} as double) - cast(b.{c} as double))
                / greatest(abs(cast(a.{c} as double)), 1.0), 0.0) end"""
            for c in columns
        )
        return connection.execute(
            f"""select max(greatest({away})) from features.rolling_features as a
            inner join {polars_table} as b
                on a.athlete_id = b.athlete_id and a.feature_date = b.activity_date
            where a.athlete_id <= 'athlete-00099'"""
        ).fetchone()[0]


def fit(work: Path, athletes: int, years: float) -> None:
    """Print how the full build grows: seconds against athlete-days, a straight line."""
    for title, sizes in (
        ("athletes", [(int(athletes * share), years) for share in (0.1, 0.2, 0.4)]),
        ("years", [(int(athletes * 0.2), years * factor) for factor in (0.5, 1, 2, 4)]),
    ):
        points = []
        for some, long in sizes:
            home = work / "fit"
            make_silver(home, some, long)
            points.append((some * long * 365.25 / 1e6, run(home, "--full-refresh")["clock"]))
        size, seconds = np.array(points).T
        slope, fixed = np.polyfit(size, seconds, 1)
        left = 1 - np.var(seconds - slope * size - fixed) / np.var(seconds)
        print(
            f"growth with {title}: {fixed:.1f} s + {slope:.2f} s per million days, R2 {left:.4f} ("
            + ", ".join(f"{a:.2f}: {b:.1f} s" for a, b in points)
            + ")",
            flush=True,
        )


if __name__ == "__main__":
    main()
