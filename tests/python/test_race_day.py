"""`stride race`: courses, what they cost, even effort and the chance of a goal."""

import csv
import gzip
import io
import itertools
import re

import fit_writer as fit
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from stride import cli
from stride.errors import StrideError
from stride.raceday.course import Course, climb, read_course, smoothed
from stride.raceday.effects import chance, heat_effect, hill_effect, race_forecast
from stride.raceday.plan import MILE_M, cut_offs, on_distance, pace_plan

TCX = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"


def course(heights, step_m=20.0) -> Course:
    heights = np.asarray(heights, dtype=float)
    return Course("c", np.arange(len(heights)) * step_m, heights, None, None, True)


def gpx(heights, *, tag="trkpt", name="Hill", spacing_m=20.0) -> str:
    """A course due north, one point each 20 m."""
    points = "".join(
        f'<{tag} lat="{47 + at * spacing_m / 111195.08:.7f}" lon="8.0">'
        + (f"<ele>{height:.2f}</ele>" if height is not None else "")
        + f"</{tag}>"
        for at, height in enumerate(heights)
    )
    around = f"<trk><trkseg>{points}</trkseg></trk>" if tag == "trkpt" else f"<rte>{points}</rte>"
    return (
        '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1">'
        f"<metadata><name>{name}</name></metadata>{around}</gpx>"
    )


FLAT = pd.Series({"predicted_time_s": 3000.0, "lower_80_s": 2900.0, "upper_80_s": 3110.0})
HILL = 30.0 * np.sin(np.arange(501) / 20.0)


# ---------------------------------------------------------------------------- courses


@pytest.mark.parametrize("tag", ["trkpt", "rtept"])
def test_tracks_and_routes_without_times_are_courses(tmp_path, tag):
    (tmp_path / "a.gpx").write_text(gpx(400 + HILL, tag=tag))
    read = read_course(tmp_path / "a.gpx")
    assert read.name == "Hill"
    assert read.length_m == pytest.approx(10_000, rel=1e-3)
    assert read.climb_m == pytest.approx(climb(HILL), rel=0.05)
    assert read.latitude is not None


def test_a_packed_course_reads_the_same(tmp_path):
    (tmp_path / "a.gpx").write_text(gpx(HILL))
    (tmp_path / "b.gpx.gz").write_bytes(gzip.compress(gpx(HILL).encode()))
    first, second = read_course(tmp_path / "a.gpx"), read_course(tmp_path / "b.gpx.gz")
    np.testing.assert_array_equal(first.altitude_m, second.altitude_m)


def test_a_tcx_course_by_distance_alone(tmp_path):
    points = "".join(
        f"<Trackpoint><AltitudeMeters>{height}</AltitudeMeters>"
        f"<DistanceMeters>{20 * at}</DistanceMeters></Trackpoint>"
        for at, height in enumerate(HILL)
    )
    (tmp_path / "a.tcx").write_text(
        f'<TrainingCenterDatabase xmlns="{TCX}"><Courses><Course><Name>T</Name>'
        f"<Track>{points}</Track></Course></Courses></TrainingCenterDatabase>"
    )
    read = read_course(tmp_path / "a.tcx")
    assert (read.name, read.length_m, read.latitude) == ("T", 10_000.0, None)


def test_a_fit_course_has_no_session_and_is_read(tmp_path):
    semicircles = 2**31 / 180
    messages = [fit.file_id(6), (31, {5: (fit.STRING, "F")})]
    for at, height in enumerate(HILL):
        messages.append(
            (
                fit.RECORD,
                {
                    0: (fit.SINT32, int((47 + at * 20 / 111195.08) * semicircles)),
                    1: (fit.SINT32, int(8 * semicircles)),
                    2: (fit.UINT16, round((height + 500) * 5)),
                },
            )
        )
    (tmp_path / "a.fit").write_bytes(fit.fit_file(messages))
    read = read_course(tmp_path / "a.fit")
    assert read.name == "F"
    assert read.length_m == pytest.approx(10_000, rel=1e-3)
    assert read.climb_m == pytest.approx(climb(HILL), rel=0.05)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.gpx", "", "no GPX, TCX or FIT"),
        ("a.gpx", "Dear diary", "no GPX, TCX or FIT"),
        ("a.gpx", "<gpx/>", "no course"),
        ("a.gpx", "<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx/>", "refused"),
        ("a.gpx", gpx([1.0, 2.0]), "0.1 to 500 km"),
        ("a.gpx", gpx(np.zeros(30), spacing_m=30_000), "0.1 to 500 km"),
        ("a.fit", "\x0e\x20    \0\0.FIT", "0.1 to 500 km|positions"),
    ],
)
def test_a_file_that_is_no_course_gets_one_sentence(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content.encode())
    with pytest.raises(StrideError, match=sentence):
        read_course(tmp_path / name)


def test_a_folder_or_nothing_is_no_course(tmp_path):
    with pytest.raises(StrideError, match="holds 0 files"):
        read_course(tmp_path)
    with pytest.raises(StrideError, match="does not exist"):
        read_course(tmp_path / "none.gpx")


def test_a_course_without_heights_is_flat_and_says_so(tmp_path):
    (tmp_path / "a.gpx").write_text(gpx([None] * 501))
    read = read_course(tmp_path / "a.gpx")
    assert not read.has_heights
    assert hill_effect(read).log_cost == 0.0


@pytest.mark.parametrize(("noise_m", "at_most"), [(0.3, 0.001), (3.0, 0.005)])
def test_noise_of_heights_costs_next_to_nothing(noise_m, at_most):
    noisy = noise_m * np.random.default_rng(4).standard_normal(2110)
    assert hill_effect(course(smoothed(noisy))).log_cost < at_most
    assert hill_effect(course(noisy)).log_cost > 2 * at_most


def test_smoothing_keeps_real_hills():
    hills = 30 * np.sin(np.arange(2110) / 20.0) + 60 * np.sin(np.arange(2110) / 150.0)
    kept = hill_effect(course(smoothed(hills))).log_cost / hill_effect(course(hills)).log_cost
    assert 0.97 < kept <= 1.0


# ---------------------------------------------------------------------------- what a course costs


def test_hills_cost_and_a_descent_gains():
    assert hill_effect(course(HILL)).log_cost > 0.01
    assert hill_effect(course(np.linspace(200, 0, 501))).log_cost < 0.0


def test_heat_costs_more_in_humid_air():
    dry, usual, humid = (heat_effect(12000, 24, at).log_cost for at in (30, 60, 90))
    assert dry < usual < humid
    assert usual == pytest.approx(heat_effect(12000, 24).log_cost, rel=1e-3)


def test_each_cost_has_an_interval_and_widens_the_forecast():
    flat = race_forecast(FLAT, course(np.zeros(501)), 10_000)
    assert (flat.time_s, flat.lower_80_s, flat.upper_80_s) == pytest.approx((3000, 2900, 3110))
    hilly = race_forecast(FLAT, course(HILL), 10_000, temperature_c=24)
    assert hilly.time_s > flat.time_s
    assert hilly.upper_80_s / hilly.time_s > flat.upper_80_s / flat.time_s
    for effect in hilly.effects:
        middle, low, high = effect.seconds(3000)
        assert low < middle < high and effect.source
    added = sum(effect.log_cost for effect in hilly.effects)
    assert hilly.time_s == pytest.approx(3000 * np.exp(added))


def test_trails_and_ultras_are_wider_and_say_why():
    steep = race_forecast(FLAT, course(300 * np.sin(np.arange(501) / 60.0)), 10_000)
    assert any("climb per km" in caution for caution in steep.cautions)
    ultra = race_forecast(FLAT, course(np.zeros(2501)), 50_000)
    assert any("marathon" in caution for caution in ultra.cautions)
    assert ultra.upper_80_s > 3110


def test_the_chance_of_a_goal_agrees_with_the_interval():
    forecast = race_forecast(FLAT, course(np.zeros(501)), 10_000)
    chances = [chance(forecast, goal) for goal in (2900, 3000, 3110)]
    assert chances == pytest.approx([0.1, 0.5, 0.9], abs=1e-4)


# ---------------------------------------------------------------------------- pace plans


@settings(max_examples=60, deadline=None)
@given(
    target=st.floats(1500, 40_000),
    points=st.integers(60, 2500),
    split=st.sampled_from([1000.0, MILE_M, 400.0, 5000.0]),
    seed=st.integers(0, 99),
)
def test_a_plan_adds_up_to_its_target_to_the_second(target, points, split, seed):
    heights = np.cumsum(np.random.default_rng(seed).standard_normal(points))
    hilly = course(smoothed(heights))
    plan = pace_plan(hilly, target, split)
    assert sum(part.seconds for part in plan) == plan[-1].clock_s == round(target)
    assert plan[-1].end_m == pytest.approx(hilly.length_m)
    assert all(a.end_m == b.start_m for a, b in itertools.pairwise(plan))


@pytest.mark.parametrize("split", [1000.0, MILE_M, 400.0])
def test_even_effort_on_a_flat_course_is_even_pace(split):
    plan = pace_plan(course(np.full(2111, 50.0)), 12_345, split)
    paces = [part.pace_s() for part in plan]
    assert np.ptp(paces) <= 2 * 1000.0 / min(part.end_m - part.start_m for part in plan)


def test_uphill_is_slower_and_says_hold_back():
    up_and_down = np.concatenate([np.linspace(0, 150, 251), np.linspace(150, 0, 251)[1:]])
    plan = pace_plan(course(up_and_down), 3000)
    assert plan[1].seconds > plan[-2].seconds
    assert plan[1].advice == "hold back" and plan[-2].advice == "let it roll"
    assert plan[0].climb_m == pytest.approx(30, abs=1)


def test_a_course_is_stretched_to_the_official_distance_but_not_to_another_race():
    assert on_distance(course(np.zeros(501)), 10_150).length_m == pytest.approx(10_150)
    with pytest.raises(StrideError, match=r"10\.00 km long and the race 21\.10 km"):
        on_distance(course(np.zeros(501)), 21_097.5)


def test_cut_offs_are_compared_with_the_plan():
    [limit] = cut_offs(course(np.zeros(501)), [(5000, 1600)], 3000, 3300)
    assert (limit.expected_s, limit.late_s) == pytest.approx((1500, 1650))
    with pytest.raises(StrideError, match="not on the course"):
        cut_offs(course(np.zeros(501)), [(50_000, 1600)], 3000, 3300)


def test_splits_have_a_limit():
    with pytest.raises(StrideError, match="make them longer"):
        pace_plan(course(np.zeros(5001)), 30_000, 50)


# ---------------------------------------------------------------------------- the command


@pytest.fixture
def stride(sample_home, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(sample_home.folder))
    for name in ("STRIDE_LANDING", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(cli.main, ["race", *map(str, arguments)])


NAME = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def hill_file(tmp_path):
    (tmp_path / "hill.gpx").write_text(gpx(400 + HILL, name=NAME))
    return tmp_path / "hill.gpx"


def test_the_command_writes_page_table_and_course_that_agree(stride, hill_file, tmp_path):
    done = stride(
        "--course", hill_file, "--date", "2026-07-20", "--athlete", "sample-1", "--unit", "mi",
        "--distance", "10k", "--temperature", 24, "--goal", "50:00", "--start", "09:00",
        "--cut-off", "3=0:45", "--output", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    clock = re.search(r"Even effort for (\d+:\d\d:\d\d)", done.output)[1]
    hours, minutes, seconds = map(int, clock.split(":"))
    target = hours * 3600 + minutes * 60 + seconds
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "plan.csv").read_text())))
    assert sum(int(row["split_time_s"]) for row in rows) == target
    assert float(rows[-1]["end_mi"]) == pytest.approx(10_000 / MILE_M, abs=1e-3)
    page = (tmp_path / "out" / "plan.html").read_text()
    assert clock in page and "<script>" not in page and "src=" not in page
    assert re.search(r"0:50:00: (under |over )?\d+ %", done.output)
    tree = etree.parse(tmp_path / "out" / "course.tcx")
    times = tree.findall(f".//{{{TCX}}}Trackpoint/{{{TCX}}}Time")
    assert times[0].text == "2026-07-20T09:00:00Z"
    first, last = (pd.Timestamp(time.text) for time in (times[0], times[-1]))
    assert (last - first).total_seconds() == target
    read = read_course(tmp_path / "out" / "course.tcx")
    assert read.length_m == pytest.approx(10_000, rel=0.005)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--goal", "fast"], "h:mm:ss"),
        (["--goal", "0:01"], "no time for 10 km"),
        (["--start", "9 o'clock"], "09:00"),
        (["--cut-off", "x=1:00"], "21.1=2:30:00"),
        (["--distance", "marathon"], "give the distance of this course"),
        (["--distance", "far"], "write 10k"),
        (["--date", "2031-01-01"], "days after it"),
        (["--humidity", "50"], "--temperature"),
        (["--plan-goal"], "--goal"),
        (["--athlete", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_meant_gets_one_sentence(stride, hill_file, options, sentence):
    given = ["--course", hill_file, "--date", "2026-07-20", "--athlete", "sample-1", *options]
    done = stride(*given)
    assert done.exit_code != 0
    assert sentence in done.output and "Traceback" not in done.output


def test_a_goal_of_two_parts_is_hours_where_minutes_are_impossible():
    from stride.commands.race import _goal

    assert _goal("3:30", 42_195) == 12_600
    assert _goal("45:00", 10_000) == 2_700
    assert _goal("0:25", 5_000) == 1_500
