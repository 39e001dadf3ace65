"""Measures of samples, on streams with known results."""

import numpy as np
import pytest

from stride.ingest.device import summarise
from stride.ingest.device.distance import distance_line
from stride.ingest.device.efforts import DISTANCES_M, distance_efforts, power_efforts
from stride.ingest.device.grade import grade_factor, running_cost
from stride.ingest.device.measures import (
    climb,
    decoupling_pct,
    fourth_power_mean,
    heart_rate_seconds,
    power_each_second,
)
from stride.ingest.device.session import build
from stride.ingest.device.timer import gap_limit, power_gap_limit


def session(time_s, sport="Run", totals=None, **columns):
    time_s = np.asarray(time_s, float)
    columns = {name: np.broadcast_to(value, time_s.shape) for name, value in columns.items()}
    return build(
        1e9 + time_s,
        columns,
        file="made",
        file_format="fit",
        sport_type=sport,
        totals=totals or {},
    )


def effort(row, target, kind="distance"):
    (found,) = [
        e["value"] for e in row["best_efforts"] or [] if (e["kind"], e["target"]) == (kind, target)
    ] or [None]
    return found


# ---------------------------------------------------------------- published and computed values


@pytest.mark.parametrize(
    ("blocks", "seconds", "weighted"),
    [
        ([250], 3600, 250.0),
        ([200, 300], 1800, 263.826),
        ([400, 100] * 60, 30, 287.465),
        ([300, 150] * 6, 300, 254.507),
    ],
)
def test_weighted_power_drops_the_first_29_seconds(blocks, seconds, weighted):
    power = np.repeat(np.array(blocks, float), seconds)
    assert fourth_power_mean(power) == pytest.approx(weighted, abs=1e-3)


@pytest.mark.parametrize(
    ("grade_pct", "cost", "factor"),
    [
        (-30, 2.4622, 1.504),
        (-20, 1.8, 1.0838),
        (-15, 1.8357, 0.9495),
        (-10, 2.1517, 0.8841),
        (-5, 2.7459, 0.8985),
        (-2, 3.2289, 0.9486),
        (0, 3.6, 1.0),
        (2, 4.0082, 1.0658),
        (5, 4.6852, 1.1915),
        (10, 5.9682, 1.4702),
        (15, 7.417, 1.8269),
        (20, 9.0067, 2.2449),
        (30, 12.5793, 3.154),
    ],
)
def test_grade_factor_and_running_cost(grade_pct, cost, factor):
    assert grade_factor(grade_pct / 100) == pytest.approx(factor, abs=1e-4)
    assert running_cost(grade_pct / 100) == pytest.approx(cost, abs=1e-4)


def test_running_costs_least_at_minus_18_per_cent():
    grades = np.arange(-4500, 4501) / 10_000
    cheapest = grades[np.argmin(running_cost(grades))]
    assert cheapest == pytest.approx(-0.1814, abs=1e-4)
    assert running_cost(cheapest) == pytest.approx(1.7813, abs=1e-4)


def test_a_cliff_counts_as_the_steepest_grade_known():
    assert grade_factor(2.0) == grade_factor(0.34)


def test_decoupling_compares_the_halves():
    output = np.repeat([3.4, 3.35], 1500)
    assert decoupling_pct(output, np.repeat([145.0, 152.0], 1500)) == pytest.approx(
        6.0081, abs=1e-4
    )
    assert decoupling_pct(np.full(3000, 200.0), np.full(3000, 140.0)) == 0.0


@pytest.mark.parametrize(
    ("output", "heart_rate"),
    [
        (np.full(2399, 3.0), np.full(2399, 140.0)),  # shorter than 40 minutes
        (np.full(3000, 3.0), np.r_[np.full(2600, 140.0), np.full(400, np.nan)]),  # 87 % covered
        (np.tile(np.repeat([2.0, 5.0], 300), 5), np.full(3000, 140.0)),  # intervals
    ],
)
def test_decoupling_needs_a_steady_well_covered_effort(output, heart_rate):
    assert decoupling_pct(output, heart_rate) is None


# ---------------------------------------------------------------- heart rate


def test_recording_every_8_seconds_gives_the_same_heart_rates_as_every_second():
    each = np.arange(0, 3601.0)
    smart = np.arange(0, 3601.0, 8)

    def bpm(t):
        return np.where(t < 1800, 120.0, 170.0)

    dense = heart_rate_seconds(each, bpm(each), gap_limit(each))
    sparse = heart_rate_seconds(smart, bpm(smart), gap_limit(smart))
    assert dense == sparse == [{"bpm": 120, "seconds": 1800}, {"bpm": 170, "seconds": 1800}]


def test_a_pause_is_not_time_at_a_heart_rate():
    time = np.r_[0:601, 1500:2101].astype(float)
    row = summarise(session(time, heart_rate_bpm=140, distance_m=np.arange(1202) * 3.0))
    assert row["heart_rate_seconds"] == [{"bpm": 140, "seconds": 1200.0}]
    assert row["elapsed_time_s"] == 2100
    assert row["moving_time_s"] == pytest.approx(1200, abs=2)


def test_histogram_adds_up_to_the_recorded_time():
    random = np.random.default_rng(1)
    time = np.cumsum(random.integers(1, 9, 2000)).astype(float)
    bpm = random.integers(90, 190, 2000).astype(float)
    found = heart_rate_seconds(time, bpm, gap_limit(time))
    assert sum(e["seconds"] for e in found) == pytest.approx(time[-1] - time[0])
    assert [e["bpm"] for e in found] == sorted({e["bpm"] for e in found})


@pytest.mark.parametrize("sentinel", [0, -1, 29, 231, 255, 65535, np.nan, np.inf])
def test_invalid_heart_rates_are_missing(sentinel):
    bpm = np.r_[np.full(300, 140.0), [sentinel], np.full(300, 140.0)]
    row = summarise(session(range(601), heart_rate_bpm=bpm))
    assert row["heart_rate_seconds"] == [{"bpm": 140, "seconds": 600.0}]
    assert row["max_hr_bpm"] == row["avg_hr_bpm"] == 140


def test_no_heart_rate_is_null_not_an_empty_list():
    row = summarise(session(range(600), distance_m=np.arange(600) * 3.0, heart_rate_bpm=0))
    assert row["heart_rate_seconds"] is None
    assert row["avg_hr_bpm"] is None


def test_a_dropout_of_the_strap_removes_only_its_time():
    bpm = np.r_[np.full(300, 150.0), np.full(200, np.nan), np.full(101, 150.0)]
    row = summarise(session(range(601), heart_rate_bpm=bpm))
    assert row["heart_rate_seconds"] == [{"bpm": 150, "seconds": 399.0}]


def test_a_few_stray_heart_rates_do_not_overrule_the_device():
    bpm = np.r_[np.full(10, 200.0), np.full(1190, np.nan)]
    totals = {"avg_hr_bpm": 140.0, "max_hr_bpm": 160.0}
    row = summarise(session(range(1200), heart_rate_bpm=bpm, totals=totals))
    assert (row["avg_hr_bpm"], row["max_hr_bpm"]) == (140.0, 160.0)


# ---------------------------------------------------------------- power


def test_coasting_counts_but_dropouts_and_pauses_do_not():
    time = np.r_[0:900, 2000:2900].astype(float)
    power = np.full(1800, 200.0)
    power[100:200] = 0.0  # coasting
    power[1000:1100] = np.nan  # the meter was silent
    row = summarise(session(time, sport="Ride", power_w=power))
    assert row["avg_power_w"] == pytest.approx(200 * 1600 / 1700, abs=0.5)


def test_weighted_power_needs_twenty_minutes():
    assert summarise(session(range(1199), "Ride", power_w=200.0))["weighted_power_w"] is None
    assert summarise(session(range(1200), "Ride", power_w=200.0))["weighted_power_w"] == 200.0


def test_three_seconds_are_bridged_and_four_are_a_pause():
    power, _ = power_each_second(np.array([0.0, 1, 4, 5]), np.full(4, 100.0), 3)
    assert len(power) == 6
    power, _ = power_each_second(np.array([0.0, 1, 5, 6]), np.full(4, 100.0), 3)
    assert len(power) == 3


def test_smart_recording_is_no_row_of_pauses():
    time = np.arange(0, 2400.0, 5)
    row = summarise(session(time, "Ride", power_w=np.full(480, 180.0)))
    assert power_gap_limit(time) == 25
    assert row["weighted_power_w"] == pytest.approx(180)


def test_best_power_finds_the_hard_part_and_counts_a_pause_as_zero():
    time = np.arange(3600.0)
    power = np.where((time >= 1000) & (time < 1300), 300.0, 100.0)
    row = summarise(session(time, "Ride", power_w=power))
    assert effort(row, 300, "power") == pytest.approx(300)
    assert effort(row, 1200, "power") == pytest.approx((300 * 300 + 900 * 100) / 1200)
    assert effort(row, 3600, "power") == pytest.approx(power.mean())
    split = np.r_[0:200, 400:700].astype(float)
    (best,) = power_efforts(split, np.full(500, 200.0), 3.0)
    assert best["value"] == pytest.approx(200)
    (best,) = power_efforts(np.r_[0:200, 300:500].astype(float), np.full(400, 200.0), 3.0)
    assert best["value"] == pytest.approx(200 * 200 / 300, rel=0.01)


def test_a_power_meter_with_only_zeros_is_ignored():
    row = summarise(session(range(1800), "Ride", power_w=0.0))
    assert row["avg_power_w"] is None
    assert row["best_efforts"] is None


# ---------------------------------------------------------------- speed, slope, moving time


def test_steady_run_on_the_flat():
    time = np.arange(3601.0)
    row = summarise(session(time, distance_m=3 * time, altitude_m=25.0, heart_rate_bpm=150))
    assert row["distance_m"] == 10800
    assert row["moving_time_s"] == 3600
    assert row["graded_speed_mps"] == pytest.approx(3.0)
    assert row["graded_speed_4th_mps"] == pytest.approx(3.0)
    assert row["graded_distance_m"] == pytest.approx(10800)
    assert row["decoupling_pct"] == pytest.approx(0, abs=1e-9)
    assert row["elevation_gain_m"] == 0
    assert effort(row, 1000) == pytest.approx(1000 / 3)
    assert effort(row, 10000) == pytest.approx(10000 / 3)
    assert effort(row, 21097.5) is None


@pytest.mark.parametrize("grade", [-0.08, 0.05, 0.15])
def test_steady_hill_is_graded_by_its_factor(grade):
    time = np.arange(1801.0)
    row = summarise(session(time, distance_m=2.5 * time, altitude_m=1000 + grade * 2.5 * time))
    assert row["graded_speed_mps"] == pytest.approx(2.5 * grade_factor(grade), rel=1e-3)
    assert row["elevation_gain_m"] == pytest.approx(max(grade, 0) * 4500, abs=1)


def test_slopes_are_ignored_without_running():
    time = np.arange(1801.0)
    row = summarise(session(time, "Hike", distance_m=0.8 * time, altitude_m=0.16 * time))
    assert row["graded_speed_mps"] == pytest.approx(0.8)


def test_noisy_altitude_is_smoothed_before_it_is_graded():
    time = np.arange(3601.0)
    noise = np.random.default_rng(3).normal(0, 1.0, 3601)
    row = summarise(session(time, distance_m=3 * time, altitude_m=100 + noise))
    assert row["graded_speed_mps"] == pytest.approx(3.0, rel=0.02)
    assert row["elevation_gain_m"] < 20


def test_without_altitude_there_is_no_graded_speed():
    row = summarise(session(range(3601), distance_m=3.0 * np.arange(3601), heart_rate_bpm=150))
    assert row["graded_speed_mps"] is None
    assert row["decoupling_pct"] == pytest.approx(
        0, abs=1e-9
    )  # speed does, where nothing is better


def test_a_ride_is_not_graded_as_a_run():
    row = summarise(session(range(3601), "Ride", distance_m=8.0 * np.arange(3601), altitude_m=5.0))
    assert row["graded_speed_mps"] is None
    assert row["best_efforts"] is None


def test_intervals_weigh_more_than_their_mean():
    time = np.arange(3601.0)
    speed = np.where(time % 600 < 300, 5.0, 2.0)
    line = np.concatenate([[0], np.cumsum(speed[:-1])])
    row = summarise(session(time, distance_m=line, altitude_m=0.0))
    assert row["graded_speed_mps"] == pytest.approx(3.5, abs=0.01)
    assert row["graded_speed_4th_mps"] == pytest.approx(((5**4 + 2**4) / 2) ** 0.25, rel=0.03)


def test_standing_is_not_moving_but_is_part_of_an_effort():
    time = np.arange(1201.0)
    line = np.interp(time, [0, 300, 420, 1200], [0, 900, 900, 3240])
    row = summarise(session(time, distance_m=line, altitude_m=0.0))
    assert row["moving_time_s"] == pytest.approx(1080, abs=2)
    assert row["graded_speed_mps"] == pytest.approx(3.0, abs=0.01)
    assert distance_efforts(time, line)[1]["value"] == pytest.approx(1000 / 3, abs=0.01)
    assert distance_efforts(time[:500], line[:500])[1]["value"] == pytest.approx(453.3, abs=0.1)


def test_distance_noted_every_five_seconds_is_not_stop_and_go():
    time = np.arange(1801.0)
    row = summarise(session(time, distance_m=15.0 * (time // 5)))
    assert row["moving_time_s"] >= 1795
    assert effort(row, 1000) == pytest.approx(1000 / 3, abs=5)


def test_moving_time_never_exceeds_the_timer_and_is_the_timer_without_a_distance():
    time = np.arange(1801.0)
    told = {"timer_time_s": 1500.0}
    assert summarise(session(time, totals=told, distance_m=3 * time))["moving_time_s"] == 1500
    broken = {"timer_time_s": 3.0}
    assert summarise(session(time, totals=broken, distance_m=3 * time))["moving_time_s"] == 1800
    assert summarise(session(time, "Workout", told, heart_rate_bpm=99))["moving_time_s"] == 1500
    assert summarise(session(time, "Workout", heart_rate_bpm=99))["moving_time_s"] == 1800


def test_climb_sums_rises_and_ignores_ripples():
    time = np.arange(3600.0)
    hills = 100 + 30 * np.sin(time / 600 * 2 * np.pi)
    ripples = 100 + 0.8 * np.sin(time / 60 * 2 * np.pi)
    assert climb(time, hills, 10) == pytest.approx(6 * 60, rel=0.02)
    assert climb(time, ripples, 10) == 0


def test_the_devices_own_totals_count_for_distance_and_climb():
    time = np.arange(1801.0)
    told = {"distance_m": 5432.1, "elevation_gain_m": 77.0}
    row = summarise(session(time, totals=told, distance_m=3 * time, altitude_m=time))
    assert (row["distance_m"], row["elevation_gain_m"]) == (5432.1, 77.0)


# ---------------------------------------------------------------- best efforts and wrong positions


def test_the_fast_kilometre_in_the_middle_is_found_to_a_fraction_of_a_second():
    time = np.arange(0, 1500.0)
    line = np.interp(time, [0, 500, 730.5, 1500], [0, 1500, 2500, 4500])
    assert distance_efforts(time, line)[1]["value"] == pytest.approx(230.5, abs=0.5)
    # With the turning points among the samples it is exact.
    exact = np.sort(np.append(time, 730.5))
    line = np.interp(exact, [0, 500, 730.5, 1500], [0, 1500, 2500, 4500])
    assert distance_efforts(exact, line)[1]["value"] == pytest.approx(230.5, abs=1e-9)


def test_an_effort_may_begin_or_end_between_samples():
    slow_then_fast = np.array([0.0, 600, 660]), np.array([0.0, 600, 900])
    fast_then_slow = np.array([0.0, 60, 660]), np.array([0.0, 300, 900])
    for time, line in (slow_then_fast, fast_then_slow):
        assert distance_efforts(time, line)[0]["value"] == pytest.approx(160)


@pytest.mark.parametrize("backwards", [False, True])
def test_best_power_may_begin_or_end_between_samples(backwards):
    time = np.arange(0, 701.0, 7)
    power = np.where(time < 210, 100.0, np.where(time < 420, 300.0, 0.0))[:-1]
    power = power[::-1] if backwards else power
    (best, *_) = power_efforts(time[:-1], power, 35)
    assert best["value"] == pytest.approx((210 * 300 + 90 * 100) / 300)


def test_efforts_agree_with_trying_every_window():
    random = np.random.default_rng(7)
    time = np.cumsum(random.uniform(0.5, 3, 400))
    line = np.concatenate([[0], np.cumsum(random.uniform(0, 4, 399) * np.diff(time))])
    for found in distance_efforts(time, line):
        # Brute force over starts and ends at samples and, finely, between them.
        fine = np.linspace(time[0], time[-1], 40001)
        metres = np.interp(fine, time, line)
        end = np.searchsorted(metres, metres + found["target"])
        inside = end < len(fine)
        best = (fine[end[inside]] - fine[inside]).min()
        step = fine[1] - fine[0]
        assert best - 2 * step <= found["value"] <= best + 1e-9


def test_a_jump_of_the_satellites_makes_no_effort():
    time = np.arange(3601.0)
    clean = summarise(session(time, distance_m=3 * time))
    jumped = 3 * time + np.where(time >= 1800, 700.0, 0.0)
    row = summarise(session(time, distance_m=jumped))
    for target in DISTANCES_M[:5]:
        assert effort(row, target) == pytest.approx(effort(clean, target), abs=2)


def test_positions_that_jump_away_and_back_cover_no_distance():
    time = np.arange(1801.0)
    latitude = 50 + 3 * time / 111_195
    latitude[900] += 0.05  # 5.5 km for a second
    row = summarise(session(time, latitude=latitude, longitude=8.0))
    assert row["distance_m"] == pytest.approx(5400, abs=10)
    assert effort(row, 1000) == pytest.approx(1000 / 3, abs=1)


def test_distance_caught_up_after_a_tunnel_is_spread_over_it():
    time = np.arange(1801.0)
    line = 3 * time
    line[600:700] = line[600]  # 100 s without satellites, then 300 m at once
    row = summarise(session(time, distance_m=line))
    assert effort(row, 400) == pytest.approx(400 / 3, abs=1)
    assert row["moving_time_s"] >= 1795


def test_speeds_above_the_world_record_are_gps_errors():
    time = np.arange(3601.0)
    line = np.interp(time, [0, 1800, 2400, 3600], [0, 5400, 11400, 15000])  # 10 m/s for 10 min
    assert summarise(session(time, distance_m=line))["best_efforts"] is None


def test_a_train_ride_during_a_pause_is_not_distance():
    time = np.r_[0:900, 1500:2400].astype(float)
    latitude = 50 + 3 * np.arange(1800) / 111_195
    latitude[900:] += 0.05
    row = summarise(session(time, latitude=latitude, longitude=8.0))
    assert row["distance_m"] == pytest.approx(5394, abs=10)


def test_a_counter_set_back_to_zero_goes_on():
    time = np.arange(2001.0)
    made = session(time, distance_m=np.where(time <= 1000, 3 * time, 3 * (time - 1001)))
    assert distance_line(made, 12, 10)[-1] == pytest.approx(5997, abs=4)


def test_speed_alone_makes_a_distance():
    row = summarise(session(range(1001), speed_mps=3.0))
    assert row["distance_m"] == pytest.approx(3000)


# ---------------------------------------------------------------- putting samples together


def test_samples_are_sorted_and_those_of_one_second_joined():
    made = build(
        [1e9 + 2, 1e9, 1e9 + 2, 1e9 + 1],
        {"heart_rate_bpm": [140, 120, np.nan, 130], "power_w": [np.nan, 1, 5, 2]},
        file="made",
        file_format="fit",
    )
    assert made.time_s.tolist() == [0, 1, 2]
    assert made.heart_rate_bpm.tolist() == [120, 130, 140]
    assert made.power_w.tolist() == [1, 2, 5]


def test_a_clock_jump_of_years_drops_only_its_samples():
    time = np.arange(600.0)
    time[0] = -3e8
    row = summarise(session(time, heart_rate_bpm=120))
    assert row["elapsed_time_s"] == 598


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_samples_is_a_session_without_measures(count):
    row = summarise(
        session(range(count), distance_m=np.arange(count) * 3.0, altitude_m=1.0, power_w=9.0)
    )
    assert row["problem"] is None
    assert row["best_efforts"] is None
    assert row["weighted_power_w"] is None


def test_every_measure_of_noise_is_finite_or_null():
    random = np.random.default_rng(11)
    for sport in ("Run", "Ride", "Swim", None):
        time = np.cumsum(random.exponential(3, 500))
        columns = {
            name: np.where(random.random(500) < 0.3, np.nan, random.normal(0, 300, 500))
            for name in ("distance_m", "heart_rate_bpm", "power_w", "altitude_m", "latitude")
        }
        row = summarise(session(time, sport, **columns))
        numbers = [value for value in row.values() if isinstance(value, float)]
        assert np.isfinite(numbers).all()
