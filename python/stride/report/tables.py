"""Tables of the report that go with its charts, and the track record."""

import pandas as pd

from stride.report.interval_charts import place_intervals

ALERTS_SHOWN_DAYS, ALERTS_NOW_DAYS = 365, 7


def by_month(days: pd.DataFrame, weeks: pd.DataFrame, shown: int = 24) -> pd.DataFrame:
    """Fitness at the end of each month and the training in it, the latest first.

    Parameters
    ----------
    days : DataFrame
        ``feature_date``, ``training_load``, ``ctl``, ``atl``, ``tsb`` of one athlete, in order.
    weeks : DataFrame
        ``week`` (its Monday), ``hours``, ``km``; a week belongs to the month of its Monday.
    shown : int
        Most months.

    Returns
    -------
    DataFrame
        ``month`` (its first day), ``ctl``, ``atl``, ``tsb`` (load a day), ``load``, ``hours``,
        ``km``.
    """
    month = days["feature_date"].dt.to_period("M")
    ends = days.groupby(month)[["ctl", "atl", "tsb"]].last()
    done = weeks.groupby(weeks["week"].dt.to_period("M"))[["hours", "km"]].sum()
    table = ends.assign(load=days.groupby(month)["training_load"].sum()).join(done)
    table = table.fillna({"hours": 0, "km": 0}).tail(shown).iloc[::-1]
    return table.assign(month=table.index.to_timestamp()).reset_index(drop=True)


def by_month_end(forecasts: pd.DataFrame, shown: int = 12) -> pd.DataFrame:
    """The last forecast of each month and distance, the latest first.

    Parameters
    ----------
    forecasts : DataFrame
        ``prediction_date``, ``distance_label``, ``predicted_time_s``, ordered by day.
    shown : int
        Most months.

    Returns
    -------
    DataFrame
        One row per month, indexed by the day of its last forecast; seconds, a column per distance.
    """
    table = forecasts.pivot_table(
        index="prediction_date", columns="distance_label", values="predicted_time_s"
    )
    if table.empty:
        return table
    return table.groupby(table.index.to_period("M")).tail(1).tail(shown).iloc[::-1]


def zone_shares(weeks: pd.DataFrame, as_of, days: int = 28) -> dict:
    """Time in each heart-rate zone over the last weeks.

    Parameters
    ----------
    weeks : DataFrame
        ``week``, ``z1`` to ``z5``, ``hours``, ``hours_from_mean``; hours.
    as_of : Timestamp
        As-of date of the build.
    days : int
        Weeks count if they begin within this many days before ``as_of``.

    Returns
    -------
    dict
        ``hours`` and ``shares`` (percent) by zone, ``covered`` (percent of all hours that have a
        zone) and ``from_mean`` (percent of those hours with a mean heart rate only).
    """
    last = weeks[weeks["week"] > as_of - pd.Timedelta(days=days)]
    names = ["z1", "z2", "z3", "z4", "z5"]
    hours = last[names].sum()
    with_zone, in_all = hours.sum(), last["hours"].sum()
    return {
        "hours": hours.to_dict(),
        "shares": (100 * hours / (with_zone or 1)).to_dict(),
        "covered": 100 * with_zone / (in_all or 1),
        "from_mean": min(100.0, 100 * last["hours_from_mean"].sum() / (with_zone or 1)),
    }


def recent_alerts(alerts: pd.DataFrame, as_of) -> pd.DataFrame:
    """Alerts of the last year, the latest first.

    Parameters
    ----------
    alerts : DataFrame
        `gold.overtraining_alerts` of one athlete.
    as_of : Timestamp
        As-of date of the build.

    Returns
    -------
    DataFrame
        With ``is_now``, true for alerts of the last seven days.
    """
    age = (as_of - alerts["alert_date"]).dt.days
    recent = alerts.assign(is_now=age < ALERTS_NOW_DAYS)[age < ALERTS_SHOWN_DAYS]
    return recent.sort_values(["alert_date", "severity"], ascending=[False, False])


def track_record(backtest: pd.DataFrame) -> pd.DataFrame:
    """Compare each race with the forecast made for it.

    Parameters
    ----------
    backtest : DataFrame
        `training.backtest_predictions` or `monitoring.prediction_ledger` of one athlete.

    Returns
    -------
    DataFrame
        With positions of `place_intervals`, ``miss_pct`` (positive: too slow) and ``is_inside``.
    """
    result = backtest["race_time_s"]
    return place_intervals(backtest, middle="race_time_s").assign(
        miss_pct=100 * (backtest["predicted_time_s"] / result - 1),
        is_inside=result.between(backtest["lower_80_s"], backtest["upper_80_s"]),
    )
