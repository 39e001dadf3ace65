"""The table rolling_features by polars, for comparison alone: python features_polars.py FROM TO."""

import math
import sys

import polars as pl

ATHLETE = "athlete_id"


def main(source: str, target: str) -> None:
    """Read activities, roll, write."""
    runs = pl.col("sport").is_in(["run", "run_indoor"])
    activities = pl.read_parquet(
        source,
        columns=[
            *("athlete_id", "activity_date", "as_of_date", "sport", "training_load"),
            *("duration_s", "distance_m", "steady_speed_mps", "best_1k_s", "best_5k_s"),
            *("equivalent_5k_s", "equivalent_half_s"),
        ],
    )
    spine = (
        activities.group_by(ATHLETE)
        .agg(pl.col("activity_date").min().alias("first"), pl.col("as_of_date").first())
        .sort(ATHLETE)
        .with_columns(pl.date_ranges("first", "as_of_date").alias("activity_date"))
        .select(ATHLETE, "activity_date")
        .explode("activity_date")
    )
    per_day = activities.group_by(ATHLETE, "activity_date").agg(
        pl.col("training_load", "duration_s").sum(),
        pl.len().alias("activities"),
        pl.col("distance_m").filter(runs).sum().alias("run_distance_m"),
        pl.col("distance_m").filter(runs).max().alias("longest_run_m"),
        runs.sum().alias("runs"),
        pl.col("steady_speed_mps").count().alias("steady_runs"),
        pl.col("steady_speed_mps").log().sum().alias("steady_log_speed"),
        pl.col("best_1k_s", "best_5k_s").min(),
        pl.col("equivalent_5k_s").min().alias("best_run_5k_s"),
        pl.col("equivalent_half_s").min().alias("best_run_half_s"),
    )
    zero = ["training_load", "duration_s", "activities", "run_distance_m", "longest_run_m"]
    zero += ["runs", "steady_runs", "steady_log_speed"]
    days = (
        spine.join(per_day, on=[ATHLETE, "activity_date"], how="left", maintain_order="left")
        .with_columns(pl.col(zero).fill_null(0))
        .with_columns(pl.int_range(pl.len()).over(ATHLETE).alias("day_index"))
    )
    first = rolled(days.lazy())
    second(first).collect().write_parquet(target)


def over(expression):
    return expression.over(ATHLETE)


def average(alpha: float, name: str, seed: bool = False):
    """Exponential average; polars begins at the first value, so a seed of 0 needs its share."""
    value = pl.col("training_load").ewm_mean(alpha=alpha, adjust=False)
    if not seed:
        fade = (1 - alpha) ** (pl.col("day_index") + 1)
        return (over(value) - fade * over(pl.col("training_load").first())).alias(name)
    return over(value).alias(name)


def rolled(days):
    """Everything that looks back from the daily values."""
    load = pl.col("training_load")
    new = [
        average(1 - math.exp(-1 / 42), "ctl"),
        average(1 - math.exp(-1 / 7), "atl"),
        average(2 / 8, "load_ewma_7d", seed=True),
        average(2 / 29, "load_ewma_28d", seed=True),
        over(load.rolling_sum(7, min_samples=1)).alias("load_7d"),
        over(load.rolling_sum(28, min_samples=1)).alias("load_28d"),
        over(load.rolling_std(7, ddof=0)).alias("load_sd_7d"),
        over((pl.col("activities") > 0).cast(pl.Float64).rolling_sum(28, min_samples=1)).alias(
            "active_days_28d"
        ),
        over(pl.when(pl.col("runs") > 0).then(pl.col("day_index")).forward_fill()).alias(
            "last_run_index"
        ),
    ]
    for measure, unit in (("duration", "s"), ("run_distance", "m")):
        for window in (7, 28, 42, 84):
            column = pl.col(f"{measure}_{unit}").rolling_sum(window, min_samples=1)
            new.append(over(column).alias(f"{measure}_{window}d_{unit}"))
    for window in (30, 60):
        column = pl.col("longest_run_m").rolling_max(window, min_samples=1)
        new.append(over(column).alias(f"longest_run_{window}d_m"))
    for best in ("best_1k", "best_5k", "best_run_5k", "best_run_half"):
        for window in (42, 84):
            column = pl.col(f"{best}_s").rolling_min(window, min_samples=1)
            new.append(over(column).alias(f"{best}_{window}d_s"))
    for column in ("steady_runs", "steady_log_speed"):
        sums = pl.col(column).cast(pl.Float64).rolling_sum(7, min_samples=1)
        new.append(over(sums).alias(f"{column}_7d"))
    return days.with_columns(new)


def second(days):
    """What looks back from those, and the ratios."""
    weeks = range(6)
    runs = [over(pl.col("steady_runs_7d").shift(7 * w, fill_value=0)) for w in weeks]
    speeds = [over(pl.col("steady_log_speed_7d").shift(7 * w, fill_value=0)) for w in weeks]
    n = sum(runs)
    x = -sum(w * runs[w] for w in weeks)
    xx = sum(w * w * runs[w] for w in weeks)
    y = sum(speeds)
    xy = -sum(w * speeds[w] for w in weeks)
    load, month = pl.col("load_7d"), pl.col("load_28d")
    active = (pl.col("day_index") >= 27) & (pl.col("active_days_28d") >= 4)
    known = active & (month >= 28 * 5)
    monotony = (
        # A running sum that adds and subtracts leaves crumbs in a week of rest.
        pl.when((load > 1e-9) & (pl.col("day_index") >= 6))
        .then(pl.min_horizontal(load / 7 / pl.col("load_sd_7d"), 10.0))
        .alias("monotony")
    )
    fitted = days.with_columns(fit_n=n, fit_x=x, fit_xx=xx, fit_y=y, fit_xy=xy)
    n, x, xx, y, xy = (pl.col(f"fit_{name}") for name in ("n", "x", "xx", "y", "xy"))
    slope = (n * xy - x * y) / (n * xx - x * x)
    balance = pl.col("ctl") - pl.col("atl")
    best_1k, best_5k = pl.col("best_1k_84d_s"), pl.col("best_5k_84d_s")
    earlier = over(pl.col("best_5k_42d_s").shift(42))
    before = over(pl.col("longest_run_30d_m").shift(1))
    return fitted.select(
        *(ATHLETE, "activity_date", "training_load", "ctl", "atl", "load_ewma_7d"),
        *("load_ewma_28d", "load_7d", "load_28d", "longest_run_30d_m", "longest_run_60d_m"),
        *(f"duration_{window}d_s" for window in (7, 28, 42, 84)),
        *(f"run_distance_{window}d_m" for window in (7, 28, 42, 84)),
        (pl.col("day_index") + 1).alias("days_of_history"),
        (pl.col("day_index") >= 41).alias("has_42_days"),
        (pl.col("day_index") >= 125).alias("has_126_days"),
        over(balance.shift(1, fill_value=0)).alias("tsb"),
        balance.alias("tsb_end_of_day"),
        (pl.col("ctl") - over(pl.col("ctl").shift(7, fill_value=0))).alias("ramp"),
        pl.when(known).then(4 * load / month).alias("acwr"),
        pl.when(active & (month - load >= 21 * 5))
        .then(3 * load / (month - load))
        .alias("acwr_uncoupled"),
        pl.when(known).then(pl.col("load_ewma_7d") / pl.col("load_ewma_28d")).alias("acwr_ewma"),
        monotony,
        (monotony * load).alias("strain"),
        pl.when((pl.col("longest_run_m") > 0) & (before > 0))
        .then(pl.col("longest_run_m") / before)
        .alias("session_spike"),
        (pl.col("day_index") - pl.col("last_run_index")).alias("days_since_last_run"),
        pl.when((n >= 6) & (n * xx > x * x))
        .then(100 * ((4 * slope).exp() - 1))
        .alias("pace_trend_pct_28d"),
        *("best_1k_84d_s", "best_5k_84d_s", "best_run_5k_84d_s", "best_run_half_84d_s"),
        (100 * (earlier / pl.col("best_5k_42d_s") - 1)).alias("best_5k_trend_pct_42d"),
        pl.when(best_5k > best_1k).then(4000 / (best_5k - best_1k)).alias("critical_speed_mps"),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
