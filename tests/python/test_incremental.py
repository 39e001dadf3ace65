"""Features are computed for whom something changed, and come out as if built from nothing."""

import shutil
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from activity_factory import ActivityFactory
from conftest import ROOT, Home

TABLES = {
    "activity_features": ["athlete_id", "activity_id"],
    "daily_features": ["athlete_id", "feature_date"],
    "rolling_features": ["athlete_id", "feature_date"],
    "weekly_features": ["athlete_id", "week_start"],
    "load_calibration": ["athlete_id", "sport", "load_method", "reference_method"],
}
FEATURES = ("--select", "path:models/features", "--exclude-resource-type", "unit_test")


def build(home: Home, *arguments: str, command: str = "build"):
    return home.dbt(command, *FEATURES, *arguments)


def built(home: Home, *arguments: str) -> None:
    done = build(home, *arguments)
    assert done.returncode == 0, done.stdout[-4000:]


def tables(home: Home) -> dict[str, pd.DataFrame]:
    return {
        name: home.frame(f"from features.{name} order by {', '.join(grain)}")
        for name, grain in TABLES.items()
    }


def assert_equal(left: dict, right: dict) -> None:
    """Equal to 1e-9, nulls included."""
    for name in TABLES:
        pd.testing.assert_frame_equal(
            left[name], right[name], obj=name, check_exact=False, rtol=1e-9, atol=1e-9
        )


def from_nothing(home: Home, folder) -> dict[str, pd.DataFrame]:
    """The tables of a full rebuild from the same silver."""
    shutil.copytree(home.folder, folder)
    rebuilt = Home(folder)
    with duckdb.connect(str(folder / "stride.duckdb")) as connection:
        connection.execute("drop schema features cascade")
    done = rebuilt.dbt("run", *FEATURES[:2])
    assert done.returncode == 0, done.stdout[-4000:]
    return tables(rebuilt)


def seeded(home: Home) -> None:
    done = home.dbt("seed", "--select", "sports", "load_conventions")
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Sixty histories from zero to thirty years, built once."""
    random = np.random.default_rng(11)
    histories = ActivityFactory(7, [30.0, 12.5, 0.0, 1 / 365, *random.uniform(0.02, 3, 56)])
    home = Home(tmp_path_factory.mktemp("histories"))
    histories.write(home.folder / "stride.duckdb")
    seeded(home)
    built(home)
    return histories, home


@pytest.fixture
def home(start, tmp_path) -> Home:
    shutil.copytree(start[1].folder, tmp_path / "home")
    return Home(tmp_path / "home")


def test_the_averages_are_the_recursion_over_thirty_years(start):
    rolled = tables(start[1])["rolling_features"]
    assert rolled.groupby("athlete_id").size().max() > 10_900
    for _, days in rolled.groupby("athlete_id"):
        loads = days["training_load"].to_numpy()
        for column, alpha, value in (
            ("ctl", 1 - np.exp(-1 / 42), 0.0),
            ("atl", 1 - np.exp(-1 / 7), 0.0),
            ("load_ewma_7d", 2 / 8, loads[0]),
            ("load_ewma_28d", 2 / 29, loads[0]),
        ):
            expected = []
            for load in loads:
                value += alpha * (load - value)
                expected.append(value)
            np.testing.assert_allclose(days[column], expected, rtol=1e-9, atol=1e-9)


def test_windows_have_the_length_in_their_name(start):
    frames = tables(start[1])
    for _, daily in frames["daily_features"].groupby("athlete_id"):
        days = frames["rolling_features"].loc[daily.index]

        def rolling(column, window, daily=daily):
            return daily[column].rolling(window, min_periods=1)

        for window in (7, 28):
            assert_close(days[f"load_{window}d"], rolling("training_load", window).sum())
        for window in (7, 28, 42, 84):
            assert_close(days[f"duration_{window}d_s"], rolling("duration_s", window).sum())
            assert_close(days[f"run_distance_{window}d_m"], rolling("run_distance_m", window).sum())
        for window in (30, 60):
            assert_close(days[f"longest_run_{window}d_m"], rolling("longest_run_m", window).max())
        for best in ("best_1k", "best_5k", "best_run_5k", "best_run_half"):
            assert_close(days[f"{best}_84d_s"], rolling(f"{best}_s", 84).min())
        last_run = daily["day_index"].where(daily["runs"] > 0).ffill()
        assert_close(days["days_since_last_run"], daily["day_index"] - last_run)
        before = daily["longest_run_m"].rolling(30, min_periods=1).max().shift(1)
        spike = (daily["longest_run_m"] / before.replace(0, np.nan)).where(daily["runs"] > 0)
        assert_close(days["session_spike"], spike)
        assert_close(days["ramp"], days["ctl"] - days["ctl"].shift(7, fill_value=0))
        assert_close(days["tsb"], (days["ctl"] - days["atl"]).shift(1, fill_value=0))
        mean, deviation = (
            rolling("training_load", 7).mean(),
            rolling("training_load", 7).std(ddof=0),
        )
        monotony = (mean / deviation).clip(upper=10).where(daily["day_index"] >= 6)
        assert_close(days["monotony"], monotony.where(mean > 0))


def assert_close(left: pd.Series, right: pd.Series) -> None:
    np.testing.assert_allclose(
        left.to_numpy(float, na_value=np.nan), right.to_numpy(float), rtol=1e-9, atol=1e-7
    )


def test_the_pace_trend_is_a_line_through_six_weeks(start):
    frames = tables(start[1])
    checked = 0
    for _, daily in frames["daily_features"].groupby("athlete_id"):
        days = frames["rolling_features"].loc[daily.index]
        runs, speed = daily["steady_runs"].to_numpy(), daily["steady_log_speed"].to_numpy()
        for day in range(0, len(daily), 13):
            weeks = [
                (-week, runs[max(0, low) : high].sum(), speed[max(0, low) : high].sum())
                for week in range(6)
                if (high := day + 1 - 7 * week) > 0 and (low := high - 7) is not None
            ]
            weeks = [(x, n, y / n) for x, n, y in weeks if n]
            found = days["pace_trend_pct_28d"].iloc[day]
            if sum(n for _, n, _ in weeks) < 6 or len(weeks) < 2:
                assert np.isnan(found)
                continue
            x, n, y = np.array(weeks).T
            slope = np.polyfit(x, y, 1, w=np.sqrt(n))[0]
            assert found == pytest.approx(100 * (np.exp(4 * slope) - 1), abs=1e-6)
            checked += 1
    assert checked > 40


def happens(histories: ActivityFactory, turn: int) -> dict:
    """Apply a change to each athlete; return the first day it may affect, by athlete."""
    days = {}
    for number, athlete in enumerate(histories.sex):
        event = ActivityFactory.EVENTS[(number + turn) % len(ActivityFactory.EVENTS)]
        days[athlete] = event(histories, athlete)
    return {athlete: day for athlete, day in days.items() if day}


def poisoned(folder) -> Path:
    """A copy of the project that omits a day."""
    folder.mkdir()
    for name in ("models", "macros", "seeds", "tests", "profiles"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / name, folder)
    path = folder / "models" / "features" / "int_rolling_features.sql"
    honest = "    from joined\n"
    assert path.read_text().count(honest) == 1
    path.write_text(path.read_text().replace(honest, honest + "    where day_index <> 40\n"))
    return folder


def of(frames: dict, athletes) -> dict[str, pd.DataFrame]:
    """The rows of some athletes."""
    return {
        name: frame[frame["athlete_id"].isin(athletes)].reset_index(drop=True)
        for name, frame in frames.items()
    }


def held(home: Home) -> dict[str, str]:
    """Findings of the last audit, by athlete."""
    return dict(
        home.ask(
            "select athlete_id, finding from features.int_feature_audits where finding is not null"
        )
    )


def test_whatever_happens_the_tables_are_those_of_a_full_rebuild(start, home, tmp_path):
    histories = deepcopy(start[0])
    before = tables(home)
    changed = happens(histories, turn=0)
    histories.write(home.folder / "stride.duckdb")
    updates = "select athlete_id from features.int_feature_updates"
    # Days with a gap fail their audit: who has one keeps the old tables, to the last bit, and the
    # others get theirs.
    built(Home(home.folder, poisoned(tmp_path / "poisoned")))
    first, findings = {athlete for (athlete,) in home.ask(updates)}, held(home)
    assert first <= set(changed) and len(first) >= 35
    assert 20 <= len(findings) < len(first)
    assert set(findings.values()) == {
        "rolling_features: days that are missing, twice or outside the history"
    }
    after = tables(home)
    for name, frame in of(after, findings).items():
        pd.testing.assert_frame_equal(of(before, findings)[name], frame, check_exact=True)
    full = from_nothing(home, tmp_path / "full")
    well = set(histories.sex) - set(findings)
    assert_equal(of(after, well), of(full, well))
    # The next run catches up, and computes nobody else.
    built(home)
    assert {athlete for (athlete,) in home.ask(updates)} == set(findings)
    assert_equal(tables(home), full)
    # The as-of date moves back, an athlete deletes everything, another one's sex is corrected.
    happens(histories, turn=1)
    histories.all_deleted("athlete-5")
    histories.sex["athlete-6"] = "m" if histories.sex["athlete-6"] == "f" else "f"
    histories.as_of -= timedelta(days=9)
    histories.write(home.folder / "stride.duckdb")
    built(home)
    assert_equal(tables(home), from_nothing(home, tmp_path / "full-again"))


def test_a_day_without_changes_adds_one_day_and_a_repeated_build_none(start, home):
    histories = deepcopy(start[0])
    before = tables(home)
    built(home)
    assert_equal(before, tables(home))
    assert home.ask("select count(*) from features.int_rolling_features") == [(0,)]
    histories.as_of += timedelta(days=1)
    histories.write(home.folder / "stride.duckdb")
    built(home)
    athletes = before["rolling_features"]["athlete_id"].nunique()
    assert home.ask("select count(*) from features.int_rolling_features") == [(athletes,)]
    assert home.ask("select count(*) from features.int_activity_features") == [(0,)]
    after = tables(home)["rolling_features"]
    old = after[after["feature_date"].dt.date < histories.as_of].reset_index(drop=True)
    pd.testing.assert_frame_equal(before["rolling_features"], old, check_exact=True)


def test_days_are_added_one_by_one_and_what_comes_after_the_build_is_of_the_last_one(
    start, home, tmp_path
):
    """A morning's build holds the day; what is done on it comes in on the next morning."""
    histories = deepcopy(start[0])
    some = [athlete for athlete in histories.sex if histories.of(athlete)][:20]
    for _ in range(3):
        for athlete in some:
            histories.add(athlete, histories.as_of)
        histories.as_of += timedelta(days=1)
        histories.write(home.folder / "stride.duckdb")
        built(home)
        days = dict(
            home.ask("select athlete_id, count(*) from features.int_rolling_features group by all")
        )
        assert {days[athlete] for athlete in some} == {2}
        assert {days[athlete] for athlete in days if athlete not in some} == {1}
    assert_equal(tables(home), from_nothing(home, tmp_path / "full"))


def test_a_run_that_died_between_two_tables_is_caught_up_though_its_change_was_withdrawn(
    start, home, tmp_path
):
    histories = deepcopy(start[0])
    before = tables(home)
    changed = happens(histories, turn=2)
    histories.write(home.folder / "stride.duckdb")
    published = ("--select", "+daily_features,path:models/features")
    done = home.dbt("run", *published)
    assert done.returncode == 0, done.stdout[-4000:]
    assert not before["daily_features"].equals(tables(home)["daily_features"])
    start[0].write(home.folder / "stride.duckdb")
    built(home)
    assert len(changed) >= 35
    assert_equal(tables(home), before)


def test_a_poisoned_athlete_is_not_published_and_the_others_are(start, home, tmp_path):
    histories = deepcopy(start[0])
    before = tables(home)
    activity = histories.of("athlete-1")[-1]
    histories.overrides[activity] = -50.0
    histories.late_upload("athlete-0")
    histories.write(home.folder / "stride.duckdb")
    built(home)
    assert held(home) == {
        "athlete-1": "activity_features: a load that is missing, negative or above 16200"
    }
    after = tables(home)
    for name, frame in of(after, ["athlete-1"]).items():
        pd.testing.assert_frame_equal(of(before, ["athlete-1"])[name], frame, check_exact=True)
    del histories.overrides[activity]
    histories.write(home.folder / "stride.duckdb")
    expected = from_nothing(home, tmp_path / "full")
    assert_equal(of(after, ["athlete-0"]), of(expected, ["athlete-0"]))
    assert not of(before, ["athlete-0"])["rolling_features"].equals(
        of(after, ["athlete-0"])["rolling_features"]
    )
    built(home)
    assert held(home) == {}
    assert_equal(tables(home), expected)


def test_a_setting_of_today_leaves_last_year_alone(start, home):
    histories = deepcopy(start[0])
    before = tables(home)["activity_features"]
    day = date(2025, 7, 1)
    histories.settings["athlete-1", "max_hr_bpm", day] = 172.0
    histories.write(home.folder / "stride.duckdb")
    built(home)
    after = tables(home)["activity_features"]
    others = after["athlete_id"] != "athlete-1"
    pd.testing.assert_frame_equal(before[others], after[others], check_exact=True)
    # Its own history is computed anew; sums of samples may end in another bit.
    mine = ~others & (after["activity_date"].dt.date >= day)
    pd.testing.assert_frame_equal(before[~mine], after[~mine], rtol=1e-12, atol=1e-12)
    assert set(after.loc[mine, "valid_max_hr_bpm"]) == {172.0}
    assert (before.loc[mine, "heart_rate_load"] != after.loc[mine, "heart_rate_load"]).sum() > 20


def test_a_constant_that_changes_is_a_change(start, home):
    """A seed edited by hand and a var of this run: neither is in any table of silver."""
    loads = """select distinct round(duration_load / (duration_s / 3600), 6)
        from features.activity_features where sport = 'walk'"""
    highest = "select max(valid_max_hr_bpm) <= 200 from features.activity_features"
    computed = ("--select", "+int_feature_state,path:models/features")
    assert home.ask(loads) == [(20,)]
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        connection.execute("update reference.sports set load_per_hour = 25 where sport = 'walk'")
    assert home.dbt("run", *computed).returncode == 0
    assert home.ask(loads) == [(25,)]
    assert home.ask(highest) == [(True,)]
    assert home.dbt("run", *computed, "--vars", "{assumed_max_hr_bpm: 220}").returncode == 0
    assert home.ask(highest) == [(False,)]


def test_a_threshold_is_estimated_from_earlier_days_alone(start):
    frame = start[1].frame(
        """select a.athlete_id, a.activity_date, a.valid_max_hr_bpm, list(b.max_hr_bpm) as earlier
        from features.activity_features as a
        join silver.activities as b on a.athlete_id = b.athlete_id
            and b.activity_date < date_trunc('month', a.activity_date)
            and b.activity_date >= date_trunc('month', a.activity_date) - interval 365 day
        where a.threshold_source is not null and a.athlete_id in ('athlete-0', 'athlete-1')
            and not exists (
                select 1 from silver.athlete_settings as s
                where s.athlete_id = a.athlete_id and s.setting = 'max_hr_bpm'
            )
        group by all order by all"""
    )
    assert len(frame) > 100
    for row in frame.iloc[::50].itertuples():
        known = np.ma.filled(np.ma.asarray(row.earlier, float), np.nan)
        known = known[~np.isnan(known)]
        known = np.sort(known)
        expected = min(known[-1], 1.03 * known[-3]) if len(known) >= 10 else 190.0
        assert row.valid_max_hr_bpm == pytest.approx(expected, rel=1e-12)


def test_a_correction_adds_feature_history_and_a_new_setting_does_not(tmp_path):
    home = Home(tmp_path)
    always = ("--sex", "f", "--birth-year", "1978")
    january, june = (("--valid-from", f"2024-{month}-01") for month in ("01", "06"))
    for said in (
        [("add", "ana", "--timezone", "UTC", *always), ("set", "ana", "--ftp-w", "250", *january)],
        [("set", "ana", "--ftp-w", "270", *june)],
        [
            ("set", "ana", "--ftp-w", "255", *january),
            ("set", "ana", "--birth-year", "1987"),
            ("set", "ana", "--sex", "m", *june),
        ],
    ):
        for words in said:
            assert home.stride("athlete", *words).returncode == 0
        kept = ("--select", "+athlete_settings_history", "+athlete_profile")
        done = home.dbt("build", *kept, "--resource-types", "model", "snapshot")
        assert done.returncode == 0, done.stdout[-3000:]
    # Both that hold are told with the day they hold from; where one ends, follows from the other.
    assert home.ask(
        """select value, cast(valid_from as varchar), dbt_valid_to is null
        from features.athlete_settings_history where setting = 'ftp_w' order by all"""
    ) == [(250, "2024-01-01", False), (255, "2024-01-01", True), (270, "2024-06-01", True)]
    assert "valid_until" not in home.frame("from features.athlete_settings_history").columns
    # The year was a slip; what is said of a later day is no news of what never changes.
    assert home.ask("from features.athlete_profile") == [("ana", "f", 1987)]
