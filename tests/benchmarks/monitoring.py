"""Hits and false alarms of the monitors, on simulations with known truth.

Drift: stationary athletes, and the same with a change put in. Estimated performance: forecasts
whose error grows with the age of the last race. Prints rates; `tests/python/test_drift.py` and
`test_estimated_performance.py` hold a small part of it.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

import monitoring_simulations as simulate

from stride.monitoring import estimated_performance as performance
from stride.monitoring.drift import LOAD

JUMPS = (3, 4, 5, 6)
LOADS = {
    "training stops": 0,
    "load is a third": 1 / 3,
    "load halves": 0.5,
    "load x 1.5": 1.5,
    "load doubles": 2,
    "load triples": 3,
}
"""What every day's load is multiplied by from a day on."""


def drifted(inputs: pd.DataFrame, last: int) -> pd.Series:
    """Whether each input drifted, as `athlete_drift` would say."""
    return simulate.drifted(simulate.history(inputs, last))


def drift_rates(athletes: int, years: float, rng) -> None:
    """Print false alarms and detections within 14 days (28 where said)."""
    days = simulate.WARM_UP + round(365 * years) + 130
    first = days - 60
    alarms, naive, found, serious, seconds, checks = [], [], {}, {}, 0.0, 0
    for _ in range(athletes):
        loads = simulate.daily_loads(rng, days)
        inputs = simulate.inputs_of(loads, rng)
        for last in (days - 100, days - 50, days - 1):
            start = time.process_time()
            alarms.append(drifted(inputs, last))
            seconds, checks = seconds + time.process_time() - start, checks + 1
            window = inputs.iloc[last - 119 : last + 1].dropna(axis="columns")
            naive.append(
                {c: ks_2samp(window[c][:90], window[c][90:]).pvalue < 0.05 for c in ("ctl", "acwr")}
            )
        for spreads in JUMPS:
            moved = simulate.jump(inputs, first, spreads, rng)
            found.setdefault(spreads, []).append(drifted(moved, first + 13))
        for name in simulate.SERIOUS:
            shifted = simulate.serious_shift(inputs, name, first + 13)
            serious.setdefault(name, []).append(drifted(shifted, first + 13)[name])
        for name, factor in LOADS.items():
            changed = loads.copy()
            changed[first:] *= factor
            moved = simulate.inputs_of(changed, np.random.default_rng(0))
            moved["pace_trend_pct_28d"] = inputs["pace_trend_pct_28d"]
            for span in (14, 28):
                found.setdefault(f"{name}, {span} days", []).append(
                    drifted(moved, first + span - 1)
                )
    table = pd.DataFrame({"stationary": pd.DataFrame(alarms).mean()})
    for spreads in JUMPS:
        table[f"jump of {spreads} spreads"] = pd.DataFrame(found[spreads]).mean()
    # A day's load is not moved by spreads; the lines below move it.
    table.loc[LOAD, table.columns[1:]] = np.nan
    table.loc["any input"] = [
        pd.DataFrame(rows).any(axis=1).mean() for rows in (alarms, *map(found.get, JUMPS))
    ]
    print(f"\nDrift, {athletes} athletes, {years:g} years of history: share in drift, per cent")
    print((100 * table).round(1).to_string())
    for name, hits in serious.items():
        title = f"{simulate.SERIOUS[name][0]}, 14 days"
        print(f"  {title:34} {100 * np.mean(hits):5.1f}  {name}")
    by_jump = table[table.columns[1:]].set_axis(JUMPS, axis="columns").drop(index=LOAD)
    late = by_jump[by_jump[4] < 0.9]
    for name, shares in late.iterrows():
        enough = [str(spreads) for spreads in JUMPS if shares[spreads] >= 0.9]
        print(f"  {name}: 90 % are found from {(enough or ['over 6'])[0]} spreads on, not from 4")
    for name in list(found)[len(JUMPS) :]:
        print(f"  {name:24} {100 * pd.DataFrame(found[name]).any(axis=1).mean():5.1f}  any input")
    for name, share in (100 * pd.DataFrame(naive).mean()).items():
        print(f"  KS test, p < 0.05, {name:5} {share:5.1f}  of the same stationary athletes")
    print(f"  {1000 * seconds / checks:.0f} ms an athlete")


def performance_rates(repeats: int, rng) -> None:
    """Print what is estimated beside the truth, by how many races there are to learn from."""
    performance.FLOOR = 0
    rows = []
    for races in (30, 60, 120, 200, 500):
        for _ in range(repeats):
            estimator = performance.fit_reference(simulate.forecasts(rng, races))
            now = simulate.forecasts(rng, 200)
            stale = simulate.forecasts(rng, 200, stale_days=400)
            slower = now.assign(race_time_s=1.15 * now["race_time_s"])
            for case, frame in (
                ("as before", now),
                ("races long ago", stale),
                ("15 % slower", slower),
            ):
                answer = performance.estimate(estimator, frame).iloc[0]
                truth = 100 * (frame["predicted_time_s"] / frame["race_time_s"] - 1).abs().mean()
                rows.append((races, case, answer["estimated_mape_pct"], truth, answer["is_worse"]))
    frame = pd.DataFrame(rows, columns=["races", "case", "estimated", "true", "worse"])
    table = frame.groupby(["races", "case"], sort=False).agg(
        estimated_pct=("estimated", "mean"),
        true_pct=("true", "mean"),
        refused=("estimated", lambda column: 100 * column.isna().mean()),
        says_worse=("worse", lambda column: 100 * column.eq(True).mean()),
    )
    print(f"\nEstimated performance, {repeats} repeats; the floor of races is switched off here")
    print(table.round(1).to_string())
    print("15 % slower is concept drift: the inputs stay, so only the realised error can tell.")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athletes", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    for years in (1, 2, 4):
        drift_rates(chosen.athletes, years, rng)
    performance_rates(chosen.repeats, rng)


if __name__ == "__main__":
    main()
