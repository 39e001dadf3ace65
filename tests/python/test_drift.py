"""Drift is found for changed athletes and not for stationary ones; KS equals NannyML's."""

import subprocess
import sys

import monitoring_simulations as simulate
import numpy as np
import pandas as pd
import pytest

from stride.monitoring.drift import CHECKED_DAYS, COLUMNS, INPUTS, LOAD, check, ks_distance

DAYS = simulate.WARM_UP + 2 * 365 + 60


def drifted(inputs: list, *lasts) -> pd.DataFrame:
    return simulate.drifted_of_each(
        [simulate.history(frame, last) for frame in inputs for last in lasts]
    )


@pytest.fixture(scope="module")
def athletes():
    """Loads and inputs of stationary athletes; seeded, so that rates are the same on every run."""
    rng = np.random.default_rng(7)
    loads = [simulate.daily_loads(rng, DAYS) for _ in range(25)]
    return [(load, simulate.inputs_of(load, rng)) for load in loads]


def test_stationary_athletes_are_left_alone(athletes):
    alarms = drifted([inputs for _, inputs in athletes], DAYS - 50, DAYS - 1)
    assert alarms.mean().max() < 0.05
    assert alarms.any(axis=1).mean() < 0.05


@pytest.mark.parametrize("name", simulate.SERIOUS)
def test_a_serious_shift_of_a_named_input_is_seen_within_fourteen_days(athletes, name):
    shifted = [simulate.serious_shift(inputs, name, DAYS - 1) for _, inputs in athletes]
    assert drifted(shifted, DAYS - 1)[name].mean() >= 0.9


def test_drift_needs_neither_nannyml_nor_scipy_nor_scikit_learn():
    program = (
        "import sys, stride.monitoring.drift;"
        "print({name.split('.')[0] for name in sys.modules} & {'nannyml', 'scipy', 'sklearn'})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_a_jump_is_seen_within_fourteen_days(athletes):
    rng, first = np.random.default_rng(8), DAYS - 14
    seen = drifted([simulate.jump(inputs, first, 4, rng) for _, inputs in athletes], DAYS - 1)
    assert seen.any(axis=1).all()
    assert seen.drop(columns=LOAD).to_numpy().mean() > 0.9


def test_a_load_that_doubles_is_seen_within_fourteen_days(athletes):
    rng = np.random.default_rng(10)
    histories = []
    for loads, inputs in athletes:
        doubled = loads.copy()
        doubled[DAYS - 14 :] *= 2
        # Pace is not what changed.
        moved = simulate.inputs_of(doubled, rng).assign(
            pace_trend_pct_28d=inputs["pace_trend_pct_28d"]
        )
        histories.append(moved)
    assert drifted(histories, DAYS - 1).any(axis=1).mean() > 0.9


def test_rest_days_and_weekly_long_runs_do_not_change_the_load_per_training_day(athletes):
    rng = np.random.default_rng(11)
    # Two of three days of rest, then none; and every Sunday three times the other days.
    loads = 50 * np.where(np.arange(DAYS) % 7 == 6, 3, 1) * np.exp(rng.normal(0, 0.1, DAYS))
    loads[: DAYS - 14][rng.random(DAYS - 14) < 0.6] = 0
    verdicts = check(simulate.history(athletes[0][1].assign(**{LOAD: loads}), DAYS - 1))
    of_load = verdicts[verdicts["feature_name"] == LOAD]
    assert of_load["statistic"].notna().all() and not of_load["is_over"].any()
    assert set(of_load["kind"]) == {"ratio"}


def test_a_break_in_training_is_seen_within_fourteen_days(athletes):
    rng = np.random.default_rng(9)
    histories = []
    for loads, _ in athletes:
        stopped = loads.copy()
        stopped[DAYS - 14 :] = 0
        histories.append(simulate.inputs_of(stopped, rng))
    assert drifted(histories, DAYS - 1).any(axis=1).mean() > 0.9


def test_the_ks_distance_is_nannymls():
    from stride.monitoring.quiet_nannyml import nannyml

    rng = np.random.default_rng(1)
    reference, week = rng.normal(size=400), rng.normal(0.5, 1, size=12)
    calculator = nannyml().UnivariateDriftCalculator(
        column_names=["x"], continuous_methods=["kolmogorov_smirnov"], chunk_number=1
    )
    calculator.fit(pd.DataFrame({"x": reference}))
    result = calculator.calculate(pd.DataFrame({"x": week})).filter(period="analysis").to_df()
    assert ks_distance(week, reference) == pytest.approx(
        result[("x", "kolmogorov_smirnov", "value")].iloc[0], abs=1e-12
    )


def test_a_short_past_gets_no_verdict(athletes):
    _, inputs = athletes[0]
    verdicts = check(simulate.history(inputs, simulate.WARM_UP + 365))
    assert verdicts["statistic"].isna().all() and verdicts["is_over"].isna().all()
    assert list(verdicts) == list(COLUMNS)
    assert len(verdicts) == len(INPUTS) * CHECKED_DAYS


def test_an_input_that_is_missing_gets_no_verdict_and_harms_no_other(athletes):
    _, inputs = athletes[0]
    whole = check(simulate.history(inputs, DAYS - 1))
    part = check(simulate.history(inputs.assign(pace_trend_pct_28d=np.nan), DAYS - 1))
    is_missing = part["feature_name"] == "pace_trend_pct_28d"
    assert part.loc[is_missing, "statistic"].isna().all()
    pd.testing.assert_frame_equal(part[~is_missing], whole[~is_missing])


def test_athletes_do_not_see_each_other(athletes):
    frames = [
        simulate.history(inputs, DAYS - 1, str(name)) for name, (_, inputs) in enumerate(athletes)
    ][:2]
    both = check(pd.concat(frames).sample(frac=1, random_state=1))
    alone = pd.concat([check(frame) for frame in frames], ignore_index=True)
    pd.testing.assert_frame_equal(both, alone)


def test_without_athletes_there_are_no_rows():
    assert check(pd.DataFrame(columns=["athlete_id", "feature_date", *INPUTS])).empty
