"""Baselines match published values of their formulas, and are applied to one athlete."""

import numpy as np
import pandas as pd
import pytest

from stride.racetime.baselines import BASELINES, baselines, segments
from stride.racetime.riegel import riegel
from stride.racetime.vdot import vdot, vdot_time
from stride.racetime.vickers import marathon_from_one, marathon_from_two

METRES = {"5k": 5000.0, "10k": 10000.0, "HM": 21097.5, "M": 42195.0}

# From, seconds, to, and what Riegel and Daniels and Gilbert make of it.
PREDICTIONS = [
    ("5k", 1500, "10k", 3127.4, 38.309, 3113.3),
    ("5k", 1500, "HM", 6900.3, 38.309, 6903.6),
    ("5k", 1500, "M", 14386.7, 38.309, 14275.2),
    ("10k", 3000, "5k", 1438.9, 40.012, 1445.9),
    ("10k", 3000, "HM", 6619.2, 40.012, 6652.2),
    ("10k", 3000, "M", 13800.6, 40.012, 13774.0),
    ("HM", 6600, "5k", 1434.7, 40.382, 1434.6),
    ("HM", 6600, "10k", 2991.3, 40.382, 2976.5),
    ("HM", 6600, "M", 13760.5, 40.382, 13669.8),
]
# Daniels' own table: 5k, 10k, half marathon and marathon of a VDOT, seconds.
DANIELS = {
    30: (1840, 3826, 8464, 17357),
    40: (1448, 3003, 6659, 13785),
    50: (1197, 2481, 5495, 11449),
    60: (1023, 2122, 4689, 9805),
    70: (895, 1860, 4101, 8590),
}


@pytest.mark.parametrize(("of", "time_s", "to", "by_riegel", "power", "by_vdot"), PREDICTIONS)
def test_one_race_scaled(of, time_s, to, by_riegel, power, by_vdot):
    assert riegel(time_s, METRES[of], METRES[to]) == pytest.approx(by_riegel, abs=0.1)
    assert vdot([time_s], [METRES[of]]) == pytest.approx(power, abs=1e-3)
    assert vdot_time([time_s], [METRES[of]], [METRES[to]]) == pytest.approx(by_vdot, abs=0.1)


@pytest.mark.parametrize("power", DANIELS)
def test_vdot_is_daniels_table(power):
    for metres, time_s in zip(METRES.values(), DANIELS[power], strict=True):
        assert vdot([time_s], [metres]) == pytest.approx(power, rel=0.004)


def test_segment_exponents_are_the_measured_medians_and_chain():
    assert segments(1500.0, 5000.0, 10000.0) == pytest.approx(1500 * 2**1.081)
    assert segments(6600.0, 21097.5, 42195.0) == pytest.approx(6600 * 2**1.132)
    there = segments(segments(1500.0, 5000.0, 21097.5), 21097.5, 42195.0)
    assert there == pytest.approx(segments(1500.0, 5000.0, 42195.0))
    assert segments(there, 42195.0, 5000.0) == pytest.approx(1500.0)


def test_vickers_and_vertosick_with_the_authors_coefficient():
    assert marathon_from_one([6600], [21097.5], [30]) == pytest.approx(14637.2, abs=0.1)
    assert marathon_from_one([3000], [10000], [20]) == pytest.approx(15110.7, abs=0.1)
    two = marathon_from_two([3000], [10000], [6600], [21097.5], [30])
    assert two == pytest.approx(14722.1, abs=0.1)


def athlete(distance_m: float, earlier: str | None) -> pd.Series:
    X = pd.DataFrame(
        {
            "distance_m": [distance_m],
            "earlier_races": [earlier],
            "run_distance_84d_m": [30 * 12 * 1609.344],
            "days_of_history": [800],
        }
    )
    return baselines(X).iloc[0]


def test_each_baseline_takes_the_race_it_says():
    past = "20:10000.000:3000.00 90:21097.500:6600.00 170:5000.000:1450.00 400:42195.000:15000.00"
    five, marathon = athlete(5000.0, past), athlete(42195.0, past)
    assert five["riegel_time_s"] == pytest.approx(1438.9, abs=0.1)
    assert five["same_distance_time_s"] == 1450
    assert np.isnan(marathon["same_distance_time_s"]), "400 days ago"
    assert marathon["median_time_s"] == pytest.approx(
        np.median([13800.6, 13760.5, 1450 * 8.439**1.06, 15000]), abs=0.1
    )
    # The longest race is a marathon: taken as it is by the first, and with the 10k by the second.
    assert marathon["vickers_one_time_s"] == pytest.approx(
        marathon_from_one(15000.0, 42195.0, 30.0)
    )
    assert marathon["vickers_two_time_s"] == pytest.approx(15000)
    assert np.isnan(five["vickers_one_time_s"]), "a formula for the marathon"
    halves = athlete(42195.0, "20:10000.000:3000.00 90:21097.500:6600.00")
    assert halves["vickers_one_time_s"] == pytest.approx(14637.2, abs=0.1)
    assert halves["vickers_two_time_s"] == pytest.approx(14722.1, abs=0.1)


def test_without_a_race_baselines_are_missing():
    assert athlete(42195.0, None).isna().all()
    assert list(athlete(5000.0, None).index) == list(BASELINES)
