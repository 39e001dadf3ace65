"""What-if forecasts and the status page, on the shared sample build."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import LAST_DAY

from stride import cli
from stride.whatif.course import climb_cost, heat_cost, on_course
from stride.whatif.plan import RecentTraining, read_plan, repeat_recent_weeks
from stride.whatif.race import forecast, load_model, race_features, read_athlete

ATHLETE = "sample-1"


@pytest.fixture
def stride(sample_home, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(sample_home.folder))
    for name in ("STRIDE_LANDING", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)


@pytest.fixture
def athlete(sample_home, stride):
    return read_athlete(sample_home.folder / "stride.duckdb", ATHLETE, 10000.0)


@pytest.fixture
def model(athlete):
    return load_model(athlete)[0]


def test_a_race_today_is_the_forecast_of_the_build(sample_home, athlete, model):
    told = forecast(model, athlete, repeat_recent_weeks(athlete.past, 0), 10000.0, LAST_DAY)
    ((time_s, lower_s, upper_s),) = sample_home.ask(
        f"""select predicted_time_s, lower_80_s, upper_80_s from gold.athlete_predictions
        where athlete_id = '{ATHLETE}' and distance_label = '10k'"""
    )
    np.testing.assert_allclose(told["predicted_time_s"], time_s, rtol=1e-6)
    np.testing.assert_allclose([told["lower_80_s"], told["upper_80_s"]], [lower_s, upper_s], 1e-6)


def test_the_interval_widens_with_the_days_until_the_race(athlete, model):
    widths = []
    for days in (0, 1, 7, 28, 84, 365):
        plan = repeat_recent_weeks(athlete.past, max(days - 1, 0))
        told = forecast(model, athlete, plan, 21097.5, LAST_DAY + timedelta(days=days))
        assert told["lower_80_s"] < told["predicted_time_s"] < told["upper_80_s"]
        widths.append(np.log(told["upper_80_s"] / told["lower_80_s"]))
    assert (np.diff(widths) > 0).all()


def test_a_taper_lowers_fatigue_more_than_fitness_and_raises_form(athlete, model):
    day = LAST_DAY + timedelta(days=60)
    plan = repeat_recent_weeks(athlete.past, 59)
    told = {
        taper: forecast(model, athlete, plan, 10000.0, day, taper)
        for taper in ("none", "1w", "2w", "3w")
    }
    ctl, atl, form = (
        [told[taper][name] for taper in ("none", "1w", "2w", "3w")]
        for name in ("ctl", "atl", "tsb")
    )
    assert (np.diff(ctl) < 0).all() and (np.diff(atl) < 0).all() and form[0] < form[1] < form[2]


def test_more_kilometres_never_make_a_race_slower_and_none_make_it_much_slower(athlete, model):
    day = LAST_DAY + timedelta(days=150)
    for distance_m in (5000.0, 10000.0, 42195.0):
        times = [
            forecast(
                model, athlete, repeat_recent_weeks(athlete.past, 149, km), distance_m, day, "2w"
            )
            for km in (0, 1, 10, 20, 40, 60, 80, 100, 150, 400)
        ]
        seconds = np.array([told["predicted_time_s"] for told in times])
        assert (np.diff(seconds) <= 1e-6).all(), seconds
        assert seconds[0] > 1.08 * seconds[3]


def test_a_taper_costs_nothing_and_two_weeks_are_best(athlete, model):
    day = LAST_DAY + timedelta(days=60)
    plan = repeat_recent_weeks(athlete.past, 59)
    none, one, two, three = (
        forecast(model, athlete, plan, 42195.0, day, taper)["predicted_time_s"]
        for taper in ("none", "1w", "2w", "3w")
    )
    assert two < three < one < none <= 1.021 * two


def test_notes_name_days_without_a_plan_and_unsupported_distances(stride, tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text("date,km\n2026-07-02,10\n2026-07-05,12\n")
    done = stride(
        *("forecast", "--race-date", "2026-07-11", "--distance", "100k"),
        *("--athlete", ATHLETE, "--plan", str(file)),
    )
    assert done.exit_code == 0, done.output
    assert "8 days of 10 without a line in the plan: taken as rest" in done.output
    assert "very uncertain at this distance" in done.output
    known = stride(
        *("forecast", "--race-date", "2026-07-11", "--distance", "10k"), *("--athlete", ATHLETE)
    )
    assert "very uncertain" not in known.output and "a line in the plan" not in known.output


def test_climb_and_heat_cost_time_and_widen_the_interval(stride):
    arguments = ("forecast", "--race-date", "2026-09-20", "--distance", "10k", "--athlete", ATHLETE)
    flat, hilly, warm = (
        stride(*arguments, *more).output
        for more in ((), ("--climb", "200"), ("--temperature", "28"))
    )
    assert "the climb costs" in hilly and "the heat costs" in warm
    assert "costs" not in flat
    assert climb_cost(10000.0, 50.0) < climb_cost(10000.0, 200.0) < climb_cost(10000.0, 800.0)
    assert heat_cost(1500.0, 25.0) < heat_cost(9000.0, 25.0) < heat_cost(9000.0, 32.0)
    cool = pd.Series({"predicted_time_s": 3000.0, "lower_80_s": 2850.0, "upper_80_s": 3150.0})
    moved = on_course(cool, 10000.0, 200.0, 28.0)
    assert moved["predicted_time_s"] > 3000.0
    assert np.log(moved["upper_80_s"] / moved["lower_80_s"]) > np.log(3150.0 / 2850.0)
    pd.testing.assert_series_equal(on_course(cool, 10000.0)[cool.index], cool)


def test_race_day_features_are_the_sums_over_the_days_before(athlete):
    plan = pd.DataFrame(
        {"training_load": 50.0, "run_distance_m": 9000.0, "longest_run_m": 9000.0},
        index=range(100),
    )
    day = LAST_DAY + timedelta(days=101)
    row = race_features(athlete, plan, 10000.0, day).iloc[0]
    assert row["run_distance_28d_m"] == 28 * 9000 and row["run_distance_84d_m"] == 84 * 9000
    assert row["longest_run_60d_m"] == 9000
    fade = np.exp(-100 / 42)
    np.testing.assert_allclose(row["ctl"], athlete.ctl * fade + 50 * (1 - fade))
    before = athlete.features.iloc[0]
    for name in ("days_since_last_race", "days_of_history"):
        assert row[name] == before[name] + 101
    assert row["days_since_last_run"] == 0


def test_days_since_the_last_run_follow_the_plan(athlete):
    day = LAST_DAY + timedelta(days=11)
    km = pd.Series([9000.0] * 6 + [0.0] * 4)
    plan = pd.DataFrame({"training_load": 0.0, "run_distance_m": km, "longest_run_m": km})
    assert race_features(athlete, plan, 10000.0, day)["days_since_last_run"].item() == 4
    rest = plan.assign(run_distance_m=0.0, longest_run_m=0.0)
    ran_today = athlete.past.days["run_distance_m"].iloc[-1] > 0
    expected = 10 if ran_today else athlete.features["days_since_last_run"].item() + 11
    assert race_features(athlete, rest, 10000.0, day)["days_since_last_run"].item() == expected


def test_age_on_race_day_is_the_age_in_its_year(athlete):
    features = athlete.features.assign(age_years=39.0)
    plan = repeat_recent_weeks(athlete.past, 184)
    for day, age in ((LAST_DAY.replace(month=12, day=31), 39), (date(LAST_DAY.year + 1, 1, 1), 40)):
        then = race_features(replace(athlete, features=features), plan, 10000.0, day)
        assert then["age_years"].item() == age


def test_weekly_km_scales_runs_but_not_other_sports(athlete):
    plan = repeat_recent_weeks(athlete.past, 28, weekly_km=50.0)
    np.testing.assert_allclose(plan["run_distance_m"].sum(), 200_000)
    days = athlete.past.days.tail(28)
    other = (days["training_load"] - days["run_load"]).sum()
    factor = 200_000 / days["run_distance_m"].sum()
    np.testing.assert_allclose(plan["training_load"].sum(), other + factor * days["run_load"].sum())


def test_an_athlete_without_recent_runs_starts_with_four_a_week():
    nothing = pd.DataFrame(
        0.0,
        index=range(84),
        columns=["training_load", "run_load", "run_distance_m", "longest_run_m"],
    )
    plan = repeat_recent_weeks(RecentTraining(nothing, 6.0), 28, weekly_km=40.0)
    assert (plan["run_distance_m"] > 0).sum() == 16
    np.testing.assert_allclose(plan["training_load"].sum(), 4 * 40 * 6.0)


def test_a_plan_is_read_and_its_mistakes_name_the_line(tmp_path):
    past = RecentTraining(pd.DataFrame(), 6.0)
    file = tmp_path / "plan.csv"
    first = LAST_DAY + timedelta(days=1)
    file.write_text(f"date;km;load\n{first};10;\n{first};2,5;\n2026-07-03;;80\n2020-01-01;9;\n")
    plan = read_plan(file, past, first, 5)
    assert plan["run_distance_m"].tolist() == [12500.0, 0, 0, 0, 0]
    assert plan["training_load"].tolist() == [75.0, 0, 80.0, 0, 0]
    assert plan["longest_run_m"].max() == 10000.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("day,km\n2026-07-01,5\n", "needs the column date"),
        ("date,km\n1 July,5\n", "line 2: '1 July' is not a date"),
        ("date,km\n2026-07-01,far\n", "line 2: km is 'far'"),
        ("date,km\n2026-07-01,1e999\n", "line 2: km is '1e999'"),
        ("date,km\n2026-07-01,\n", "line 2: km or load is missing"),
        ("date,km\n2025-07-01,5\n", "has no date from 2026-07-01"),
        ("", "needs the column date"),
    ],
)
def test_a_mistake_in_a_plan_is_one_sentence(stride, tmp_path, text, sentence):
    file = tmp_path / "plan.csv"
    file.write_text(text)
    done = stride(
        *("forecast", "--race-date", "2026-08-01", "--distance", "10k"),
        *("--athlete", ATHLETE, "--plan", str(file)),
    )
    assert done.exit_code == 1 and sentence in done.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2026-06-29", "10k", ATHLETE), "the last build is as of 2026-06-30"),
        (("2030-01-01", "10k", ATHLETE), "the 365 days after it"),
        (("tomorrow", "10k", ATHLETE), "'tomorrow' is not a date"),
        (("2026-08-01", "far", ATHLETE), "write 10k, 5 mi"),
        (("2026-08-01", "400", ATHLETE), "cover 1 km to 100 km"),
        (("2026-08-01", "10k", "nobody"), "There is no athlete 'nobody'"),
    ],
)
def test_a_mistake_in_a_what_if_is_one_sentence(stride, arguments, sentence):
    day, distance, athlete = arguments
    done = stride("forecast", "--race-date", day, "--distance", distance, "--athlete", athlete)
    assert done.exit_code == 1 and sentence in done.output


def test_the_command_shows_time_interval_and_every_taper(stride):
    done = stride(
        *("forecast", "--race-date", "2026-09-20", "--distance", "half marathon"),
        *("--athlete", ATHLETE, "--weekly-km", "40"),
    )
    assert done.exit_code == 0, done.output
    assert "21.0975 km on 20 Sep 2026, 82 days" in done.output and "80 %: " in done.output
    assert all(f"taper {taper}" in done.output for taper in ("none", "1w", "2w", "3w"))
    several = stride("forecast", "--race-date", "2026-09-20", "--distance", "10k")
    assert several.exit_code == 1 and "--athlete ID" in several.output


def test_status_shows_every_athlete_and_one(stride):
    done = stride("status")
    assert done.exit_code == 0, done.output
    for words in ("Fitness", "Forecasts", "Alerts", "Health", "sample-1", "sample-3"):
        assert words in done.output
    one = stride("status", "--athlete", ATHLETE)
    assert ATHLETE in one.output and "sample-3" not in one.output
    assert "There is no athlete 'x'" in stride("status", "--athlete", "x").output


def test_status_without_data_names_the_next_step(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)

    def status():
        done = CliRunner().invoke(cli.main, ("status",))
        assert done.exit_code == 0, done.output
        return " ".join(done.output.replace("│", " ").split())

    assert "stride import PATH" in status()
    CliRunner().invoke(cli.main, ("athlete", "add", "ana", "--timezone", "UTC"))
    assert "Imported, not built yet: run `stride update`" in status()
    with duckdb.connect(str(tmp_path / "stride.duckdb")) as connection:
        connection.execute("create schema silver; create schema monitoring")
        connection.execute("create table silver.athletes (athlete_id string)")
        # Untrusted text may contain markup or terminal control sequences.
        connection.execute(
            """create table monitoring.health as select 'x[/bold]' as check_name,
            date '2026-06-30' as checked_on, 'silver' as layer, 'fail' as status,
            '[red]\x1b[2J' as detail, 'look' as what_to_do
            union all select 'new', date '2026-06-30', 'silver', 'blind', 'no races yet', 'wait'
            union all select 'lost', date '2026-06-29', 'silver', 'ok', 'fine', null
            union all select 'lost', date '2026-06-30', 'silver', 'blind', 'sees no more', 'look'"""
        )
    page = status()
    assert "No athlete yet" in page and "None yet" in page and "has no alerts yet" in page
    assert "x[/bold]" in page and "\x1b[2J" not in page
    assert "no races yet" not in page and "1 check needs more days" in page
    assert "sees no more" in page and "2 of 3 checks" in page


def test_status_and_forecast_show_the_same_form_for_today(sample_home, stride):
    """Both show TSB as CTL minus ATL of the evening before."""
    from stride.report.formatting import number

    ((ctl, atl, tsb, before),) = sample_home.ask(
        f"""select today.ctl, today.atl, today.tsb, days.ctl - days.atl
        from gold.athlete_today as today join features.rolling_features as days
            on today.athlete_id = days.athlete_id and days.feature_date = today.as_of_date - 1
        where today.athlete_id = '{ATHLETE}'"""
    )
    assert tsb == pytest.approx(before) and number(tsb) != number(ctl - atl)
    state = [number(ctl), number(atl), number(tsb, sign=True)]
    race_day = str(LAST_DAY + timedelta(days=60))
    shown = stride("forecast", "--athlete", ATHLETE, "--race-date", race_day, "--distance", "10k")
    (today,) = (line for line in shown.output.splitlines() if line.startswith("  today"))
    assert today.split()[1:] == state and "tonight" not in shown.output
    page = stride("status", "--athlete", ATHLETE).output
    (row,) = (line for line in page.splitlines() if "│ sample-1" in line)
    assert [cell.strip() for cell in row.split("│")][3:6] == state
