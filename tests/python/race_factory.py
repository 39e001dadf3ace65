"""Simulated runners and races for tests of the model, with formulas that differ from the prior's.

Times follow the logarithmic speed law of Emig and Peltonen, fitness follows an Ornstein-Uhlenbeck
process with a season, and one race in eight goes badly.
"""

import numpy as np
import pandas as pd

DISTANCES = {"5k": 5000.0, "10k": 10000.0, "half marathon": 21097.5, "marathon": 42195.0}
_OFTEN = [0.4, 0.3, 0.2, 0.1]
_DAYS = 1500


def simulate_races(
    athletes: int,
    races_each: int,
    seed: int = 0,
    speed: tuple[float, float] = (3.9, 0.5),
    week_km: float = 35.0,
) -> pd.DataFrame:
    """Simulate races with the features before each, as in `training.training_set`.

    ``speed`` is mean and spread of the runners' speed over six minutes, m/s; ``week_km`` the mean
    weekly distance.
    """
    rng = np.random.default_rng(seed)
    n = (athletes, races_each)
    day = np.sort(rng.integers(100, _DAYS, n), axis=1) + np.arange(races_each)
    label = rng.choice(list(DISTANCES), n, p=_OFTEN)
    distance_m = np.vectorize(DISTANCES.get)(label)

    mean_speed, spread = speed
    speed = rng.normal(mean_speed, spread, (athletes, 1)).clip(2.0, 5.8)
    fade = np.clip(0.075 - 0.014 * (speed - 3.9) + rng.normal(0, 0.010, (athletes, 1)), 0.04, 0.11)
    week_km = week_km + 21 * (speed - mean_speed)
    week_km = np.clip(week_km + rng.normal(0, 9, (athletes, 1)), 5, 130)
    shift = rng.normal(0, 0.2, n)  # of volume, from block to block
    state = 0.012 * np.cos(2 * np.pi * day / 365 + rng.uniform(0, 6, (athletes, 1)))
    state = state + _drift(day, rng) + 0.03 * shift
    log_time = np.log(_even_time(distance_m, speed * np.exp(state), fade * (1 - 0.1 * shift)))
    spread = np.interp(np.log(distance_m), np.log([5000.0, 42195.0]), [0.018, 0.034])
    log_time = log_time + rng.standard_t(6, n) * spread / np.sqrt(1.5)
    log_time += np.where(rng.random(n) < 0.125, rng.exponential(0.05, n), 0.0)

    volume_m = week_km * np.exp(shift) * 12000
    frame = pd.DataFrame(
        {
            "athlete_id": np.repeat([f"a{i:05d}" for i in range(athletes)], races_each),
            "race_date": pd.Timestamp("2020-01-01") + pd.to_timedelta(day.ravel(), unit="D"),
            "distance_label": label.ravel(),
            "distance_m": distance_m.ravel(),
            "race_time_s": np.exp(log_time).round(2).ravel(),
            "days_of_history": day.ravel().astype(float),
            "ctl": (0.9 * week_km * np.exp(shift)).ravel(),
            "tsb": rng.normal(0, 8, n).ravel(),
            "run_distance_84d_m": volume_m.ravel(),
            "run_distance_28d_m": (volume_m / 3 * rng.lognormal(0, 0.1, n)).ravel(),
            "longest_run_60d_m": (volume_m / 12 * rng.uniform(0.3, 0.5, n)).ravel(),
            "best_1k_84d_s": np.nan,
            "best_5k_84d_s": np.nan,
            "critical_speed_mps": np.nan,
            "best_run_5k_84d_s": np.nan,
            "best_run_half_84d_s": np.nan,
            "days_since_last_run": 1.0,
            "sex": None,
            "age_years": np.nan,
            "unused_reason": None,
        }
    )
    frame["race_id"] = [f"r{i:06d}" for i in range(len(frame))]
    return with_earlier_races(frame)


def with_earlier_races(races: pd.DataFrame) -> pd.DataFrame:
    """Add columns of the earlier races; rows must be in order of time per athlete."""
    texts, last = [], []
    for _, own in races.groupby("athlete_id", sort=False):
        days = (own["race_date"] - pd.Timestamp("2000-01-01")).dt.days.to_numpy()
        rows = list(zip(days, own["distance_m"], own["race_time_s"], strict=True))
        for i, (today, *_) in enumerate(rows):
            before = [(today - d, m, s) for d, m, s in rows[max(i - 30, 0) : i] if d < today][::-1]
            texts.append(" ".join(f"{d}:{m:.3f}:{s:.2f}" for d, m, s in before) or None)
            last.append(before[0] if before else (np.nan,) * 3)
    columns = ["days_since_last_race", "last_race_distance_m", "last_race_time_s"]
    table = np.array(last, dtype=float).reshape(-1, 3).T
    return races.assign(earlier_races=texts, **dict(zip(columns, table, strict=True)))


def _drift(day: np.ndarray, rng, sd: float = 0.03, back_days: float = 150.0) -> np.ndarray:
    state = np.empty(day.shape)
    state[:, 0] = rng.normal(0, sd, len(day))
    for i in range(1, day.shape[1]):
        keep = np.exp(-(day[:, i] - day[:, i - 1]) / back_days)
        state[:, i] = keep * state[:, i - 1] + rng.normal(0, sd * np.sqrt(1 - keep**2))
    return state


def _even_time(metres, speed, fade) -> np.ndarray:
    """Solve ``metres = t * speed * (1 - fade * ln(t / 360 s))``."""
    seconds = metres / speed
    for _ in range(80):
        seconds = metres / (speed * (1 - fade * np.log(seconds / 360)))
    return seconds
