"""Real exports, from the file to forecasts. Skipped if the files are missing."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

import monitoring_simulations as simulate
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, Home

from stride.monitoring.drift import INPUTS

SOURCES = {
    # What is imported: athlete, zone, rows, activities, duplicates, in quarantine. Two runs of the
    # first were recorded by two devices.
    "butcher_strava_export/activities.csv.gz": ("b", "America/Chicago", 2207, 2205, 2, 0),
    "ericstrava_broken_header/activities.csv.gz": ("eric", "America/New_York", 371, 370, 0, 1),
    "trackeR_june2013_tcx": ("tracker", "Europe/London", 33, 33, 0, 0),
    "device_files": ("devices", "Europe/Berlin", 132, 79, 30, 16),
    "strava_api_contract": ("api", "Europe/Paris", 53, 53, 0, 0),
    "barnhard_endur/strava_activities.csv.gz": ("barnhard", "America/New_York", 4287, 4287, 0, 0),
    "running_page_4_athletes/activities.csv.gz": (None, "Asia/Shanghai", 6209, 6205, 4, 0),
}
MAPPINGS = {"barnhard": "strava_api_table.toml", None: "running_page.toml"}


@pytest.fixture(scope="module")
def real_home(real_data, tmp_path_factory) -> Home:
    """Every kind of source, each for athletes of its own, built once."""
    home = Home(tmp_path_factory.mktemp("real"))
    for path, (athlete, zone, *_) in SOURCES.items():
        arguments = [str(real_data / path), "--timezone", zone]
        arguments += ["--athlete", athlete] if athlete else []
        if athlete in MAPPINGS:
            mapping = ROOT / "python" / "stride" / "ingest" / "mappings" / MAPPINGS[athlete]
            arguments += ["--mapping", str(mapping)]
        done = home.stride("import", *arguments)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    home.build(date(2024, 12, 1))
    return home


def test_every_row_is_in_silver_duplicates_or_quarantine(real_home):
    found = dict(
        (athlete, counts)
        for athlete, *counts in real_home.ask(
            """select case when athlete_id like 'rp_%' then null else athlete_id end,
            sum(rows_landed), sum(rows_kept), sum(rows_duplicate), sum(rows_quarantined)
            from monitoring.row_reconciliation group by 1"""
        )
    )
    assert found == {athlete: list(counts) for athlete, _, *counts in SOURCES.values()}
    assert real_home.ask("select sum(rows_unaccounted) from monitoring.row_reconciliation") == [
        (0,)
    ]


def test_all_four_standard_distances_are_forecast(real_home):
    rows = real_home.ask(
        """select distance_label, predicted_time_s, lower_80_s, upper_80_s, prediction_date
        from gold.athlete_predictions where athlete_id = 'b' order by distance_m"""
    )
    assert [row[0] for row in rows] == ["5k", "10k", "half marathon", "marathon"]
    # Three days before, this runner ran 20:49 over 5 km.
    fives = dict((row[0], row[1]) for row in rows)
    assert 1200 < fives["5k"] < 1320 and 10_800 < fives["marathon"] < 14_400
    assert all(low < time < high for _, time, low, high, _ in rows)
    assert {row[4] for row in rows} == {date(2024, 12, 1)}


def test_swims_are_metres_and_runs_kilometres_in_the_first_distance(real_home):
    (ratio,) = real_home.ask(
        """select min(s.distance_m / b.displayed_distance), max(s.distance_m / b.displayed_distance)
        from silver.activities s join bronze.landed_activities b using (landed_row_id)
        where s.athlete_id = 'b' and s.sport = 'swim' and b.displayed_distance > 100"""
    )
    assert ratio == pytest.approx((1.0, 1.0), rel=0.01)


def test_a_late_run_in_chicago_is_that_days_run(real_home):
    rows = real_home.ask(
        "select started_at, activity_date from silver.activities where athlete_id = 'b'"
    )
    chicago = ZoneInfo("America/Chicago")
    for started_at, day in rows:
        assert started_at.replace(tzinfo=UTC).astimezone(chicago).date() == day
    assert sum(day < started_at.date() for started_at, day in rows) > 50
    assert real_home.ask(
        "select activity_date from silver.activities where activity_id = '3550288277'"
    ) == [(date(2020, 6, 1),)]


def test_sensor_faults_are_no_heart_rates(real_home):
    assert real_home.ask("select min(avg_hr_bpm) >= 30 from silver.activities") == [(True,)]
    (methods,) = real_home.ask(
        "select count(heart_rate_load), count(*) from features.activity_features "
        "where athlete_id = 'b'"
    )
    assert methods[0] > 1700 and methods[1] == 2205


def test_nine_of_ten_loads_are_measured(real_home):
    methods = dict(
        real_home.ask(
            """select load_method, count(*) from features.activity_features
            where athlete_id = 'b' group by all"""
        )
    )
    assert set(methods) == {"pace", "heart_rate", "duration"}
    assert methods["pace"] > 1000 and methods["heart_rate"] > 700
    assert methods["duration"] < 0.1 * sum(methods.values())


def test_pace_and_heart_rate_agree_on_a_real_athlete(real_home):
    ((activities, ratio, is_suspect),) = real_home.ask(
        """select activities, median_ratio, is_threshold_suspect from features.load_calibration
        where athlete_id = 'b' and sport = 'run' and load_method = 'heart_rate'"""
    )
    assert activities > 100 and 0.8 < ratio < 1.25 and not is_suspect


def test_the_days_of_a_real_athlete_recomputed_from_the_activities(real_home):
    rows = real_home.frame(
        """select activity_date, sum(training_load) as load from features.activity_features
        where athlete_id = 'b' group by all"""
    )
    loads = rows.set_index("activity_date")["load"]
    days = real_home.frame(
        """select feature_date, ctl, atl, tsb, load_28d from features.rolling_features
        where athlete_id = 'b' order by all"""
    ).set_index("feature_date")
    for day in ("2019-03-01", "2020-02-29", "2021-10-10", "2023-01-01", "2024-12-01"):
        before = np.datetime64(day) - loads.index.to_numpy()
        age = (before / np.timedelta64(1, "D")).astype(int)
        ctl, atl, yesterday = (
            sum((1 - np.exp(-1 / tau)) * loads.to_numpy()[age >= skip] * weight)
            for tau, skip, weight in (
                (42, 0, np.exp(-age[age >= 0] / 42)),
                (7, 0, np.exp(-age[age >= 0] / 7)),
                (42, 1, np.exp(-(age[age >= 1] - 1) / 42)),
            )
        )
        yesterday -= sum(
            (1 - np.exp(-1 / 7)) * loads.to_numpy()[age >= 1] * np.exp(-(age[age >= 1] - 1) / 7)
        )
        found = days.loc[day]
        assert (found["ctl"], found["atl"]) == pytest.approx((ctl, atl), rel=1e-9)
        assert found["tsb"] == pytest.approx(yesterday, abs=1e-9)
        month = loads.to_numpy()[(age >= 0) & (age < 28)].sum()
        assert found["load_28d"] == pytest.approx(month, rel=1e-9)


def test_drift_sees_the_break_of_2024_and_is_mostly_silent_in_the_year_before(real_home):
    states = real_home.frame(
        f"""select athlete_id, feature_date, {", ".join(INPUTS)} from features.rolling_features
        where athlete_id = 'b' and days_of_history > 126 and feature_date < '2024-12-01'"""
    )
    in_drift = {
        day.date(): drifting_inputs(states, day)
        for day in pd.date_range("2023-10-06", "2024-11-30", freq="2D")
    }
    # Nothing at all from 2024-10-06 to 2024-10-14, and little after it.
    seen = {day for day, inputs in in_drift.items() if "acwr" in inputs}
    assert min(day for day in seen if day > date(2024, 1, 15)) in (
        date(2024, 10, 18),
        date(2024, 10, 20),
    )
    before = {day: inputs for day, inputs in in_drift.items() if day <= date(2024, 10, 15)}
    # What is seen there is the rest after the marathon of 2023-10-08 and what followed from it.
    assert sum(bool(inputs) for inputs in before.values()) < 0.15 * len(before)
    assert not any(inputs for day, inputs in before.items() if day > date(2024, 1, 15))


def drifting_inputs(states: pd.DataFrame, day: pd.Timestamp) -> set[str]:
    """What `athlete_drift` would call drifting on a morning."""
    drifted = simulate.drifted(states[states["feature_date"] < day])
    return set(drifted[drifted].index)
