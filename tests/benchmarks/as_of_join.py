"""Duration of the point-in-time join: one million races over nine million days of features.

    make benchmark-as-of

It runs the very SQL that the project's macro compiles to, on two threads of DuckDB, and checks the
answer against the definition on a sample of the races.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
ATHLETES, DAYS, RACES = 5_000, 1_800, 1_000_000
COLUMNS = ["feature_date", "ctl", "atl", "load_28d", "run_distance_84d_m"]
LIMIT_S = 60


def compiled() -> str:
    """The macro's SQL for these tables."""
    macro = (
        "{{ as_of_join('races', 'states', ['athlete_id'], 'race_date', 'feature_date', "
        + str(COLUMNS)
        + ") }}"
    )
    dbt = Path(sys.executable).with_name("dbt")
    profiles = str(ROOT / "profiles")
    environment = os.environ | {"DBT_PROFILES_DIR": profiles, "STRIDE_TARGET": "local"}
    done = subprocess.run(
        [dbt, "--quiet", "compile", "--inline", macro],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout[done.stdout.index("select") :]


def main() -> int:
    """Build the tables, join, check, print."""
    query = compiled()
    connection = duckdb.connect()
    connection.execute("set threads = 2; set memory_limit = '8GB'; select setseed(0.5)")
    connection.execute(
        f"""create table states as
        select a as athlete_id, date '2020-01-01' + cast(d as integer) as feature_date,
            random() as ctl, random() as atl, random() as load_28d, random() as run_distance_84d_m
        from range({ATHLETES}) as athletes(a), range({DAYS}) as days(d)"""
    )
    connection.execute(
        f"""create table races as
        select i as race_id, i % {ATHLETES} as athlete_id,
            date '2020-01-01' + cast(hash(i) % {DAYS + 30} as integer) as race_date
        from range({RACES}) as races(i)"""
    )
    plan = connection.execute(f"explain {query}").fetchall()[0][1]
    began = time.perf_counter()
    connection.execute(f"create table joined as {query}")
    took = time.perf_counter() - began
    (rows, leaks, wrong) = connection.execute(
        """select count(*), count_if(feature_date >= race_date),
            count_if(feature_date is distinct from (
                select max(states.feature_date) from states
                where states.athlete_id = joined.athlete_id
                    and states.feature_date < joined.race_date
            ))
        from joined where race_id % 100 = 0"""
    ).fetchone()
    (total,) = connection.execute("select count(*) from joined").fetchone()
    crossed = "CROSS_PRODUCT" in plan or "NESTED_LOOP" in plan
    print(f"{total:,} races over {ATHLETES * DAYS:,} days: {took:.1f} s (limit {LIMIT_S} s)")
    print(f"no cross join in the plan: {not crossed}; wrong: {leaks + wrong} of {rows:,} checked")
    return int(took > LIMIT_S or crossed or leaks + wrong > 0 or total != RACES)


if __name__ == "__main__":
    sys.exit(main())
