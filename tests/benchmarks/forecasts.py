"""Errors and coverage of the forecasts on populations simulated with other formulas.

Runners follow the logarithmic speed law of Emig and Peltonen (2020), which stage 1 does not use;
their states drift and return, have a season, and some races go badly. Four populations differ in
level, spread and volume. With ``--study FILE`` the runners of Vickers and Vertosick (2016) are
forecast too, over every pair of distances, by settings fitted without them.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from race_factory import DISTANCES, simulate_races

from stride.racetime.baselines import BASELINES, baselines
from stride.racetime.intervals import Z80
from stride.racetime.model import CANDIDATES, RaceTimeModel
from stride.racetime.prior import mean_log_time
from stride.racetime.stage_1 import stage_1

POPULATIONS = {
    # Mean and spread of speed (m/s), mean of (weekly km).
    "recreational": {"speed": (3.2, 0.35), "week_km": 25.0},
    "club": {"speed": (4.4, 0.40), "week_km": 60.0},
    "masters": {"speed": (3.5, 0.50), "week_km": 40.0},
    "mixed": {"speed": (3.7, 0.70), "week_km": 40.0},
}
STUDY = {
    "5k": ("time_5k_s", 5000.0),
    "5 miles": ("time_5_miles_s", 8046.72),
    "10k": ("time_10k_s", 10000.0),
    "10 miles": ("time_10_miles_s", 16093.44),
    "half marathon": ("time_half_s", 21097.5),
    "marathon": ("time_marathon_s", 42195.0),
}
_MILE_M = 1609.344


def measures(race_s: pd.Series, forecast: pd.DataFrame, of: pd.Series) -> pd.DataFrame:
    """Error, bias, coverage and width in per cent by a grouping of the races."""
    rows = pd.DataFrame(
        {
            "mape": 100 * (forecast["predicted_time_s"] / race_s - 1).abs(),
            "bias": 100 * (forecast["predicted_time_s"] / race_s - 1),
            "holds": 100.0 * race_s.between(forecast["lower_80_s"], forecast["upper_80_s"]),
            "width": 100
            * (forecast["upper_80_s"] - forecast["lower_80_s"])
            / forecast["predicted_time_s"],
        }
    )
    table = rows.groupby(of, sort=False).mean()
    return table.assign(races=of.value_counts())


def simulated(name: str, athletes: int, races_each: int) -> None:
    """Train on half of the runners, forecast the others' races; print by slice."""
    races = simulate_races(athletes, races_each, seed=1, **POPULATIONS[name])
    names = races["athlete_id"].unique()
    train = races[races["athlete_id"].isin(names[::2])]
    test = races[~races["athlete_id"].isin(names[::2])].reset_index(drop=True)
    beside = baselines(test)
    has_race = test["earlier_races"].notna()
    print(f"\n{name}: {athletes} runners, {races_each} races each; {has_race.sum()} with a race")
    errors = {
        baseline.removesuffix("_time_s"): (beside[baseline] / test["race_time_s"] - 1).abs()
        for baseline in BASELINES
    }
    for candidate in CANDIDATES:
        model = RaceTimeModel(candidate).fit(train, train["race_time_s"], train["athlete_id"])
        forecast = model.predict_interval(test)
        errors[candidate] = (forecast["predicted_time_s"] / test["race_time_s"] - 1).abs()
        excess = np.log(test["race_time_s"]) - mean_log_time(np.log(test["distance_m"]))
        speed = pd.qcut(excess, 5, labels=["fastest", "fast", "middle", "slow", "slowest"])
        slices = {"distance": test["distance_label"], "speed": speed.astype(str)}
        slices["support"] = forecast["support"].astype(str)
        for what, of in slices.items():
            print(f"  {candidate}, by {what}")
            print(_indented(measures(test["race_time_s"], forecast, of).round(2)))
    table = pd.DataFrame({key: 100 * error[has_race] for key, error in errors.items()})
    print("  mean error with an earlier race, per cent, each on the races it has an answer for")
    print(_indented(table.groupby(test["distance_label"][has_race]).mean().T.round(2)))


def study(file: Path) -> None:
    """Pairs of distances of the study's runners, by stage 1 with the published settings."""
    runners = pd.read_csv(file)
    known = pd.DataFrame(
        {
            "run_distance_84d_m": 12 * _MILE_M * runners["typical_week_miles"],
            "days_of_history": 400.0,
            "sex": runners["female"].map({1: "f", 0: "m"}),
            "age_years": runners["age"].astype(float),
        }
    )
    rows = []
    for start, (start_column, start_m) in STUDY.items():
        for end, (end_column, end_m) in STUDY.items():
            both = runners[start_column].notna() & runners[end_column].notna()
            if start == end or not both.any():
                continue
            texts = runners.loc[both, start_column].map(f"30:{start_m:.3f}:{{:.2f}}".format)
            X = known[both].assign(distance_m=end_m, earlier_races=texts)
            rows.append(
                X.assign(pair=f"{start} to {end}", race_time_s=runners.loc[both, end_column])
            )
    pairs = pd.concat(rows, ignore_index=True)
    forecast = stage_1(pairs)
    time_s, sd = np.exp(forecast["log_time"]), Z80 * forecast["log_sd"]
    ends = {"lower_80_s": time_s * np.exp(-sd), "upper_80_s": time_s * np.exp(sd)}
    interval = pd.DataFrame({"predicted_time_s": time_s, **ends})
    beside = baselines(pairs)
    table = measures(pairs["race_time_s"], interval, pairs["pair"])
    for name in ("riegel_time_s", "segments_time_s", "vdot_time_s"):
        error = 100 * (beside[name] / pairs["race_time_s"] - 1).abs()
        table[name.removesuffix("_time_s")] = error.groupby(pairs["pair"]).mean()
    print("\nVickers and Vertosick's runners, stage 1 with the published settings, from one race")
    print(_indented(table.round(2)))
    raced = beside["riegel_time_s"] / (pairs["distance_m"] ** 1.06)
    fifth = pd.qcut(raced, 5, labels=["fastest", "fast", "middle", "slow", "slowest"]).astype(str)
    print(_indented(measures(pairs["race_time_s"], interval, fifth).round(2)))


def _indented(table: pd.DataFrame) -> str:
    return "\n".join(f"    {line}" for line in table.to_string().splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athletes", type=int, default=120)
    parser.add_argument("--races", type=int, default=8)
    parser.add_argument("--study", type=Path, help="runners.csv of Vickers and Vertosick")
    arguments = parser.parse_args()
    print(f"Distances: {', '.join(DISTANCES)}. Errors, bias, coverage and width in per cent.")
    for name in POPULATIONS:
        simulated(name, arguments.athletes, arguments.races)
    if arguments.study:
        study(arguments.study)


if __name__ == "__main__":
    main()
