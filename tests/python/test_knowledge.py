"""Features as known: a late upload does not change the features known before a race."""

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Home
from test_leaks import leak

RACE_DAY, AFTER = date(2024, 6, 9), date(2024, 6, 30)
# In Tokyo it is already the morning of the race, in UTC the day before.
RACE_MORNING = datetime(2024, 6, 8, 21, tzinfo=UTC)
EVENING_BEFORE = datetime(2024, 6, 8, 12, tzinfo=UTC)
LATER = datetime(2024, 6, 20, 12, tzinfo=UTC)

MAPPING = """
[columns]
activity_id = "id"
name = "name"
sport_type = "sport"
local_started_at = "start"
distance_m = "m"
elapsed_time_s = "s"
"""

# Days before the race, name, metres, seconds.
TRAINING = [(days, "Run", 8000, 2900) for days in range(100, 1, -2)]
EARLIER_RACE = (35, "City 5k race", 5000, 1320)
THE_RACE = (0, "City 10k race", 10000, 2760)
FORGOTTEN_WATCH = (3, "Very long", 30000, 10800)
RACE_TOLD_LATER = (15, "Village 10k race", 10000, 2820)


def land(home: Home, folder: Path, sessions: list, at: datetime, athlete: str = "ana") -> None:
    """Import a table of runs as if it were done at that time."""
    lines = ["id,name,sport,start,m,s"]
    for days, name, metres, seconds in sessions:
        day = RACE_DAY - timedelta(days=days)
        lines.append(f"{days},{name},Run,{day} 09:00:00,{metres},{seconds}")
    (folder / "runs.csv").write_text("\n".join(lines) + "\n")
    (folder / "mapping.toml").write_text(MAPPING)
    before = set((home.folder / "landing").rglob("*.parquet"))
    done = home.stride(
        *("import", str(folder / "runs.csv"), "--mapping", str(folder / "mapping.toml")),
        *("--athlete", athlete, "--timezone", "Asia/Tokyo"),
    )
    assert done.returncode == 0, done.stderr
    for path in set((home.folder / "landing").rglob("*.parquet")) - before:
        table = pq.read_table(path)
        when = pa.array([at] * len(table), table.schema.field("ingested_at").type)
        position = table.column_names.index("ingested_at")
        pq.write_table(table.set_column(position, "ingested_at", when), path)


def run(home: Home, *selected: str, as_of: date = AFTER, mode: str = "as_known", command="run"):
    """Build tables; with the command ``build`` seeds and data tests too."""
    variables = f"{{as_of_date: {as_of}, knowledge_mode: {mode}}}"
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")
    options = options if command == "build" else ()
    return home.dbt(command, *options, "--select", *selected, "--vars", variables)


def copy_of(home: Home, folder: Path, project: Path = ROOT) -> Home:
    shutil.copytree(home.folder, folder)
    return Home(folder, project)


def row(home: Home, day: date = RACE_DAY, athlete: str = "ana") -> dict:
    frame = home.frame(
        f"""from training.training_set
        where race_date = date '{day}' and athlete_id = '{athlete}'"""
    )
    assert len(frame) == 1
    return frame.iloc[0].to_dict()


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> tuple[Home, pd.DataFrame]:
    """Built on race morning, then again after the race and two late uploads of days before it."""
    home = Home(tmp_path_factory.mktemp("knowledge"))
    files = tmp_path_factory.mktemp("files")
    land(home, files, [*TRAINING, EARLIER_RACE], EVENING_BEFORE)
    done = run(home, "+training_set", "+forecast_features", as_of=RACE_DAY, command="build")
    assert done.returncode == 0, done.stdout[-3000:]
    asked = home.frame("from point_in_time.forecast_features where distance_label = '10k'")
    everything = [*TRAINING, EARLIER_RACE, THE_RACE, FORGOTTEN_WATCH, RACE_TOLD_LATER]
    land(home, files, everything, LATER)
    land(home, files, [*TRAINING, EARLIER_RACE, THE_RACE], RACE_MORNING, athlete="late")
    done = run(home, "+training_set")
    assert done.returncode == 0, done.stdout[-3000:]
    return home, asked


def test_training_uses_the_features_that_scoring_used_that_morning(story):
    home, asked = story
    learned = row(home)
    asked = asked.iloc[0].to_dict()
    shared = set(learned) & set(asked) - {"distance_m", "distance_label"}
    assert {"ctl", "tsb", "run_distance_84d_m", "last_race_time_s", "feature_date"} <= shared
    pd.testing.assert_series_equal(
        pd.Series(learned)[sorted(shared)], pd.Series(asked)[sorted(shared)], check_names=False
    )
    assert learned["state_known_at"] == EVENING_BEFORE.replace(tzinfo=None)
    assert (learned["last_race_distance_m"], learned["days_since_last_race"]) == (5000.0, 35)


def test_known_at_once_takes_the_late_uploads_too(story, tmp_path):
    home, _ = story
    at_once = copy_of(home, tmp_path / "at_once")
    done = run(at_once, "race_features", "training_set", mode="as_if_known_at_once")
    assert done.returncode == 0, done.stdout[-3000:]
    learned, then = row(at_once), row(home)
    assert learned["longest_run_60d_m"] == 30000.0 > then["longest_run_60d_m"]
    assert learned["ctl"] > then["ctl"]
    assert (learned["last_race_distance_m"], learned["days_since_last_race"]) == (10000.0, 15)
    assert pd.isna(learned["state_known_at"])


def test_races_known_later_are_not_trained_on_with_a_reason(story):
    home, _ = story
    assert row(home)["unused_reason"] is None
    earlier = row(home, RACE_DAY - timedelta(days=35))
    assert earlier["unused_reason"] == "known_too_late"
    # Imported on race morning, where the athlete lives: nobody can say whether before the start.
    late = row(home, athlete="late")
    assert late["unused_reason"] == "known_too_late" and pd.isna(late["feature_date"])


def test_history_keeps_both_states_and_a_repeated_run_adds_none(story, tmp_path):
    home, _ = story
    history = """from point_in_time.feature_history where athlete_id = 'ana'
        order by feature_date, known_at"""
    before = home.frame(history)
    changed = before[before["feature_date"] == pd.Timestamp(RACE_DAY - timedelta(days=1))]
    assert changed["known_at"].tolist() == [
        pd.Timestamp(when.replace(tzinfo=None)) for when in (EVENING_BEFORE, LATER)
    ]
    # Days before the first late upload stayed as they were: one state, one time.
    untouched = before[before["feature_date"] < pd.Timestamp(RACE_DAY - timedelta(days=15))]
    assert len(untouched) == untouched["feature_date"].nunique() == 85
    # Half of the days computed otherwise from the same data, as a new formula would.
    again = copy_of(home, tmp_path / "again")
    with duckdb.connect(str(again.folder / "stride.duckdb")) as connection:
        connection.execute(
            "update point_in_time.feature_history set ctl = ctl + 1 where day(feature_date) > 15"
        )
    done = run(again, "feature_history")
    assert done.returncode == 0, done.stdout[-3000:]
    assert len(again.frame(history)) == len(before)


def test_dbt_stops_a_build_without_times_of_knowledge(story, tmp_path):
    home, _ = story
    project = tmp_path / "project"
    project.mkdir()
    for name in ("models", "macros", "seeds", "tests", "profiles"):
        shutil.copytree(ROOT / name, project / name)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / name, project / name)
    leak(
        project / "models" / "point_in_time" / "stg_known_states.sql",
        (
            "cast({{ local_time('history.known_at', 'athletes.time_zone') }} as date)",
            "history.feature_date",
        ),
    )
    leaky = copy_of(home, tmp_path / "leaky", project)
    done = run(leaky, "stg_known_states", "race_features", command="build")
    assert done.returncode != 0
    assert re.search("FAIL [0-9]+ known_before_race_features", done.stdout), done.stdout[-2000:]


def test_an_unknown_mode_gets_one_clear_sentence(tmp_path):
    home = Home(tmp_path / "typo")
    home.folder.mkdir()
    done = home.dbt("parse", "--vars", "{knowledge_mode: maybe}")
    assert done.returncode != 0
    said = "The var knowledge_mode is 'maybe': write as_known or as_if_known_at_once."
    assert said in done.stdout
