"""The leakage firewall: changing or removing future data must not change earlier features.

Each check is also run against a deliberately leaky copy of the project, and must fail there: a
firewall that lets everything through would pass the first half alone.
"""

import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import LAST_DAY, ROOT, Home

POINT_IN_TIME = ("--select", "+race_features", "+forecast_features")
TABLES_ONLY = ("--resource-type", "model", "--resource-type", "seed")


@pytest.fixture(scope="module")
def race(sample_home) -> dict:
    """A race with races and training before and after it."""
    frame = sample_home.frame(
        """select race_id, athlete_id, split_part(race_id, ':', 2) as activity_id, race_date,
            distance_m
        from training.training_set
        where unused_reason is null and races_before >= 3
        order by abs(date_diff('day', race_date, date '2025-07-01')), race_id limit 1"""
    )
    return frame.iloc[0].to_dict()


@pytest.fixture(scope="module")
def leaky_project(tmp_path_factory) -> Path:
    """The project with typical leaks: race day in the features, windows into the future."""
    copy = tmp_path_factory.mktemp("leaky") / "project"
    copy.mkdir()
    for name in ("models", "macros", "seeds", "tests", "profiles"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / name, copy / name)
    leak(
        copy / "macros" / "point_in_time" / "state_before.sql",
        ("races.usable_after < events.event_date", "races.usable_after <= events.event_date"),
    )
    leak(
        copy / "macros" / "engine" / "as_of_join.sql",
        (" > {{ right_rows }}.{{ right_time }}", " >= {{ right_rows }}.{{ right_time }}"),
    )
    leak(
        copy / "macros" / "features" / "lagged_sum.sql",
        ("lag({{ measure }}", "lead({{ measure }}"),
    )
    leak(
        copy / "models" / "labels" / "stg_race_runs.sql",
        (
            "range between 365 preceding and 1 preceding",
            "range between 365 preceding and 7 following",
        ),
    )
    return copy


def leak(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text()
    for honest, leaky in changes:
        assert text.count(honest) == 1, honest
        text = text.replace(honest, leaky)
    path.write_text(text)


def rebuilt(sample_home: Home, folder: Path, project: Path, change, as_of=LAST_DAY) -> Home:
    """A home with changed raw data, built up to the point-in-time sets."""
    home = Home(folder, project)
    shutil.copytree(sample_home.folder / "landing", folder / "landing")
    for path in (folder / "landing" / "activities").glob("sample-*.parquet"):
        pq.write_table(change(pq.read_table(path)), path)
    done = home.dbt("build", *POINT_IN_TIME, *TABLES_ONLY, as_of=as_of)
    assert done.returncode == 0, done.stdout[-3000:]
    return home


def features_of(home: Home, race: dict) -> pd.DataFrame:
    return home.frame(
        f"""select * exclude (distance_m) from point_in_time.race_features
        where race_id = '{race["race_id"]}'"""
    )


def perturbed(race: dict):
    """The race with other times and heart rates, and all later activities twice as long.

    Faster, so that it stays a race: its label may look at it, its features may not.
    """

    def change(table):
        day = pd.Timestamp(race["race_date"], tz="UTC")
        is_race = pc.equal(table["activity_id"], race["activity_id"])
        is_later = pc.greater(table["started_at"], (day + pd.Timedelta(days=1)).to_pydatetime())
        for column, factor in (
            ("elapsed_time_s", 0.85),
            ("moving_time_s", 0.85),
            ("distance_m", 1.02),
            ("displayed_distance", 1.02),
            ("avg_hr_bpm", 0.7),
        ):
            values = pc.if_else(is_race, pc.multiply(table[column], factor), table[column])
            values = pc.if_else(is_later, pc.multiply(values, 2.0), values)
            table = table.set_column(table.column_names.index(column), column, values)
        return table

    return change


def without_after(day):
    """Raw data up to the end of a day."""

    def change(table):
        # Days end at different times around the world: a day more is left to the as-of date.
        limit = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=2)
        return table.filter(pc.less(table["started_at"], limit.to_pydatetime()))

    return change


def check_perturbation(sample_home, folder, project, race, before):
    after = rebuilt(sample_home, folder, project, perturbed(race))
    pd.testing.assert_frame_equal(features_of(before, race), features_of(after, race))


def check_truncation(sample_home, folder, project, race, before):
    day = pd.Timestamp(race["race_date"]).date()
    after = rebuilt(sample_home, folder, project, without_after(day), as_of=day)
    for table, key in (
        ("labels.stg_race_runs", "activity_date"),
        ("labels.race_results", "race_date"),
        ("features.rolling_features", "feature_date"),
        ("point_in_time.race_features", "race_date"),
    ):
        query = f"select * from {table} where {key} <= date '{day}' order by all"
        pd.testing.assert_frame_equal(before.frame(query), after.frame(query), obj=table)
    assert after.ask("select count(*) from point_in_time.race_features") > [(5,)]


def check_mirror(sample_home, folder, project, race, before):
    """On the morning of the race, scoring uses the features that training will use."""
    day = pd.Timestamp(race["race_date"])

    def morning(table):
        ran = pc.equal(table["activity_id"], race["activity_id"])
        return without_after(day.date())(table.filter(pc.invert(ran)))

    scorer = rebuilt(sample_home, folder, project, morning, as_of=day.date())
    asked = scorer.frame(
        f"""select * exclude (target_id, distance_label, distance_m, prediction_date)
        from point_in_time.forecast_features where athlete_id = '{race["athlete_id"]}' limit 1"""
    )
    learned = features_of(before, race)[list(asked.columns)]
    pd.testing.assert_frame_equal(asked, learned)


CHECKS = [check_perturbation, check_truncation, check_mirror]


@pytest.mark.parametrize("check", CHECKS)
def test_future_data_does_not_change_earlier_features(sample_home, tmp_path, race, check):
    check(sample_home, tmp_path / "home", ROOT, race, before=sample_home)


@pytest.fixture(scope="module")
def leaky_home(sample_home, leaky_project, tmp_path_factory) -> Home:
    folder = tmp_path_factory.mktemp("leaky_home") / "home"
    return rebuilt(sample_home, folder, leaky_project, lambda table: table)


@pytest.mark.parametrize("check", CHECKS)
def test_the_firewall_catches_a_leaky_project(sample_home, tmp_path, race, check, leaky_home):
    with pytest.raises(AssertionError) as caught:
        check(sample_home, tmp_path / "home", leaky_home.project, race, before=leaky_home)
    # The labels' own window is the first thing that is compared.
    assert ("labels.stg_race_runs" in str(caught.value)) == (check is check_truncation)


def test_dbt_build_stops_a_leaky_project(leaky_home):
    done = leaky_home.dbt("test", "--select", "race_features", "forecast_features", as_of=LAST_DAY)
    assert done.returncode != 0
    for table in ("race_features", "forecast_features"):
        assert re.search(f"FAIL [0-9]+ strictly_before_{table}", done.stdout), done.stdout
