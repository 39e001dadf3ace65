"""Evaluation with numbers that can be checked by hand: weights, coverage, scores, noise, choice."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from stride.racetime.baselines import BASELINES
from stride.racetime.choice import choose
from stride.racetime.evaluation import (
    COMPARISON,
    EVALUATION,
    compare_baselines,
    errors,
    evaluate,
    scoped,
)
from stride.racetime.model import CANDIDATES, CORRECTED, FITTED, PUBLISHED
from stride.racetime.noise import drawn_ratio, sure_above, sure_below, units
from stride.racetime.paired import interval_score_pct

MIX = pd.DataFrame(
    {
        "distance_label": ["5k", "marathon"],
        "share": [0.75, 0.25],
        "reference_time_s": [1500.0, 15000.0],
        "audit_below_pct": [1.2, 3.5],
    }
)


def judged(n: int = 1, **columns) -> pd.DataFrame:
    """Walk-forward rows of one candidate: 5 km in 1,000 s, forecast right, 900 to 1,100 s."""
    rows = pd.DataFrame(
        {
            "race_id": [f"r{i:03d}" for i in range(n)],
            "athlete_id": "a",
            "protocol": "walk_forward",
            "candidate": PUBLISHED,
            "is_chosen": True,
            "data_fingerprint": "f",
            "distance_label": "5k",
            "distance_m": 5000.0,
            "race_time_s": 1000.0,
            "predicted_time_s": 1000.0,
            "lower_80_s": 900.0,
            "upper_80_s": 1100.0,
            "support": "several_races",
            "is_warm": True,
            "days_since_last_race": 20.0,
            "week_km": 50.0,
            **dict.fromkeys(BASELINES, np.nan),
        }
    )
    return rows.assign(**columns)


def evaluated(rows: pd.DataFrame) -> pd.DataFrame:
    table = evaluate(rows, MIX, compare_baselines(rows, MIX))
    assert list(table.columns) == list(EVALUATION)
    return table.set_index("scope")


def test_error_bias_coverage_and_width():
    rows = judged(
        4,
        predicted_time_s=[1030.0, 990.0, 1060.0, np.nan],
        lower_80_s=[900.0, 1010.0, 1000.0, np.nan],
        upper_80_s=[1106.0, 1100.0, 1106.0, np.nan],
    )
    row = evaluated(rows).loc["all"]
    assert (row["races"], row["athletes"], row["refused_races"]) == (3, 1, 1)
    assert row["mape_pct"] == pytest.approx((3 + 1 + 6) / 3)
    assert row["mae_s"] == pytest.approx((30 + 10 + 60) / 3)
    assert row["bias_pct"] == pytest.approx((3 - 1 + 6) / 3)
    assert row["within_5_pct"] == pytest.approx(200 / 3)
    assert row["interval_coverage_pct"] == pytest.approx(200 / 3)  # 1,000 s is the end: inside
    width = 206 / 1030 + 90 / 990 + 106 / 1060
    assert row["interval_width_pct"] == pytest.approx(100 * width / 3)


def test_the_interval_score_is_the_width_plus_ten_times_the_distance_outside():
    lower, upper = np.exp(6.9), np.exp(7.0)
    times = np.exp([6.95, 6.88, 7.03])
    rows = pd.DataFrame({"race_time_s": times, "lower_80_s": lower, "upper_80_s": upper})
    np.testing.assert_allclose(interval_score_pct(rows), [10, 10 + 20, 10 + 30])


def test_the_mix_weighs_warm_races_by_distance():
    """Five warm races over 5 km: they are all of its share, and stand in for the marathon."""
    rows = judged(6, is_warm=[True] * 5 + [False], predicted_time_s=[1100.0] * 5 + [1900.0])
    mixed = scoped(errors(rows), MIX).query("scope == 'reference_mix'")
    assert set(mixed["race_id"]) == {f"r{i:03d}" for i in range(5)}
    got = mixed.groupby("scale_s")["weight"].agg(["size", "max"])
    assert got.to_dict() == {"size": {1500.0: 5, 15000.0: 5}, "max": {1500.0: 0.15, 15000.0: 0.05}}
    row = evaluated(rows).loc["reference_mix"]
    assert (row["races"], row["mape_pct"]) == (5, pytest.approx(10.0))
    assert row["mae_s"] == pytest.approx(0.75 * 150 + 0.25 * 1500)


def test_a_distance_with_five_warm_races_uses_only_its_races():
    distance = ["5k"] * 5 + ["marathon"] * 5
    rows = judged(10, distance_label=distance, predicted_time_s=[1010.0] * 5 + [1100.0] * 5)
    row = evaluated(rows).loc["reference_mix"]
    assert row["mape_pct"] == pytest.approx(0.75 * 1 + 0.25 * 10)
    assert row["mae_s"] == pytest.approx(0.75 * 15 + 0.25 * 1500)


def test_a_baseline_is_compared_on_races_that_have_it():
    riegel = [np.nan, *[1080.0] * 20]
    rows = judged(21, predicted_time_s=[2000.0, *[1040.0] * 20], riegel_time_s=riegel)
    row = evaluated(rows).loc["all"]
    assert (row["races"], row["races_with_baseline"]) == (21, 20)
    assert (row["paired_mape_pct"], row["baseline_mape_pct"]) == pytest.approx((4, 8))
    assert (row["skill_pct"], row["worse_than_baseline_pct"]) == (pytest.approx(50), 0)
    assert row["hardest_baseline"] == "riegel"
    compared = compare_baselines(rows, MIX)
    assert list(compared.columns) == list(COMPARISON)
    assert set(compared["scope"]) >= {"all", "5k", "several_races"}
    assert "reference_mix" not in set(compared["scope"]), "Riegel leaves a race out"


def test_the_hardest_baseline_is_the_one_with_the_least_skill():
    rows = judged(
        20, predicted_time_s=1040.0, riegel_time_s=1080.0, median_time_s=1050.0, vdot_time_s=1030.0
    )
    rows.loc[:9, "vdot_time_s"] = np.nan  # with ten races it counts over all of them only
    table = evaluated(rows)
    assert table.loc["all", ["hardest_baseline", "worse_than_baseline_pct"]].tolist() == [
        "vdot",
        100.0,
    ]
    assert table.loc["5k", "hardest_baseline"] == "median"
    assert table.loc["5k", "hardest_skill_pct"] == pytest.approx(20)


def test_slices_are_known_before_the_race_and_the_same_for_all_candidates():
    n = 10
    speed = 900.0 + 100 * np.arange(n)
    rows = judged(
        n,
        **{"athlete_id": [f"a{i}" for i in range(n)], "predicted_time_s": speed},
        **{"week_km": 100.0 - 10 * np.arange(n), "race_time_s": speed[::-1]},
        **{"days_since_last_race": [5.0, 30, 31, 90, 180, 181, 365, 366, np.nan, np.nan]},
    )
    slower = rows.assign(candidate=CORRECTED, predicted_time_s=1500.0)
    found = errors(pd.concat([rows, slower])).set_index(["candidate", "race_id"])
    slices = ["speed", "rest", "volume"]
    pd.testing.assert_frame_equal(found.loc[PUBLISHED][slices], found.loc[CORRECTED][slices])
    own = found.loc[PUBLISHED]
    assert own["speed"].tolist() == [f"speed_{1 + i // 2}" for i in range(n)]
    assert own["volume"].tolist() == [f"volume_{5 - i // 2}" for i in range(n)]
    days = ["0_to_30", "0_to_30", "31_to_90", "31_to_90", "91_to_180", "181_to_365", "181_to_365"]
    expected = [f"last_race_{text}_days" for text in [*days, "over_365"]]
    assert own["rest"].tolist()[:8] == expected and own["rest"].iloc[8:].isna().all()
    assert errors(judged(20))["speed"].isna().all(), "one athlete has no fifths of speed"


def test_few_athletes_are_no_units_to_draw():
    races = [f"r{i}" for i in range(12)]
    assert [len(set(way)) for way in units(list("abcdabcdabcd"), races)] == [12]
    assert [len(set(way)) for way in units(list("abcdeabcdeab"), races)] == [5, 12]
    assert [len(set(way)) for way in units(range(30), range(30))] == [30]


def test_few_similar_athletes_do_not_make_a_mean_certain():
    value = np.tile([0.0, 2.0], 20)  # every athlete has the same mean
    athlete = np.repeat(np.arange(5), 8)
    by_athlete, by_race = units(athlete, np.arange(40))
    assert drawn_ratio(value, np.ones(40), [by_athlete])[1].std() < 1e-9
    wide = drawn_ratio(value, np.ones(40), [by_athlete, by_race])[1].std()
    assert wide == pytest.approx(1 / np.sqrt(40), rel=0.1)


def test_athletes_are_drawn_whole_and_few_of_them_are_uncertain():
    """Errors that are equal within an athlete are as uncertain as that many athletes."""
    value = np.repeat(np.arange(8.0), 50)
    mean, draws = drawn_ratio(value, np.ones(400), [np.repeat(np.arange(8), 50)])
    assert mean == pytest.approx(3.5)
    standard_error = np.std(np.arange(8.0), ddof=1) / np.sqrt(8)
    assert draws.std() == pytest.approx(standard_error, rel=0.1)
    assert sure_above(draws, 3.5) == pytest.approx(50, abs=5)
    assert (sure_above(draws, 7.0), sure_below(draws, 7.0)) == (0.0, 100.0)
    again = drawn_ratio(value, np.ones(400), [np.repeat(np.arange(8), 50)])[1]
    np.testing.assert_array_equal(draws, again)


def candidates(n: int = 60, **off) -> pd.DataFrame:
    """Rows of all candidates: each forecast is off by its share, in turns too slow and too fast."""
    side = np.where(np.arange(n) % 2, 1, -1)
    parts = []
    for name in CANDIDATES:
        share = off.get(name, 0.04)
        forecast = 1000 * (1 + side * share)
        ends = {"lower_80_s": forecast * 0.9, "upper_80_s": forecast * 1.1}
        athletes = {"athlete_id": [f"a{i % 10}" for i in range(n)]}
        parts.append(judged(n, candidate=name, predicted_time_s=forecast, **ends, **athletes))
    return pd.concat(parts, ignore_index=True)


def test_the_better_candidate_is_chosen_and_a_tie_goes_to_the_simpler():
    assert choose(candidates()) == PUBLISHED
    assert choose(candidates(**{CORRECTED: 0.03})) == CORRECTED
    assert choose(candidates(**{FITTED: 0.03, CORRECTED: 0.03})) == FITTED
    assert choose(candidates(**{FITTED: 0.05, CORRECTED: 0.03})) == CORRECTED
    assert choose(candidates(**{PUBLISHED: 0.03})) == PUBLISHED


def test_a_candidate_better_by_chance_is_not_chosen():
    better = 0.0395 + 0.01 * np.sin(np.arange(60))  # 0.05 points, with a standard error of 0.09
    assert choose(candidates(**{CORRECTED: better})) == PUBLISHED
    assert choose(candidates(**{CORRECTED: better - 0.005})) == CORRECTED


def test_at_equal_errors_the_interval_decides():
    rows = candidates()
    honest = rows["candidate"] == FITTED
    rows.loc[honest, "lower_80_s"], rows.loc[honest, "upper_80_s"] = 950.0, 1050.0
    assert choose(rows) == FITTED
    narrow = rows["candidate"] == CORRECTED  # a smaller error, and an interval that never holds
    rows.loc[narrow, ["predicted_time_s", "lower_80_s", "upper_80_s"]] = [1030.0, 1029.0, 1031.0]
    assert choose(rows) == FITTED


def test_refused_races_and_cold_starts_do_not_count_for_the_choice():
    rows = candidates(**{CORRECTED: 0.05})
    hard = rows["race_id"] < "r030"
    rows.loc[hard & (rows["candidate"] == CORRECTED), "predicted_time_s"] = np.nan
    cold = candidates(**{CORRECTED: 0.001}).assign(protocol="cold_start")
    assert choose(pd.concat([rows, cold])) == PUBLISHED
    assert choose(rows.head(0)) == PUBLISHED


def test_the_evaluation_uses_the_seed_reference_mix():
    seed = pd.read_csv(ROOT / "seeds" / "reference_mix.csv")
    assert set(MIX) <= set(seed) and seed["share"].sum() == pytest.approx(1)
