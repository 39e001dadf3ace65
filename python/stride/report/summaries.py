"""Short tables that say what a chart shows."""

import pandas as pd

ALERTS_SHOWN_DAYS = 365


def by_month(days: pd.DataFrame, weeks: pd.DataFrame, shown: int = 24) -> pd.DataFrame:
    """State at the end of each month and what was done in it, the latest first.

    Parameters
    ----------
    days : DataFrame
        ``feature_date``, ``training_load``, ``ctl``, ``atl``, ``tsb`` of one athlete, in order.
    weeks : DataFrame
        ``week`` (its Monday), ``hours``, ``km``; a week counts to the month of its Monday.
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
        ``prediction_date``, ``distance_label``, ``predicted_time_s``, in order of the day.
    shown : int
        Most months.

    Returns
    -------
    DataFrame
        One row per month, its last forecast's day as the index; one column of seconds per distance.
    """
    table = forecasts.pivot_table(
        index="prediction_date", columns="distance_label", values="predicted_time_s"
    )
    if table.empty:
        return table
    return table.groupby(table.index.to_period("M")).tail(1).tail(shown).iloc[::-1]


def zone_shares(weeks: pd.DataFrame, as_of, days: int = 28) -> dict:
    """Time in each heart-rate zone of the last weeks.

    Parameters
    ----------
    weeks : DataFrame
        ``week``, ``z1`` to ``z5``, ``hours``, ``hours_from_mean``; hours.
    as_of : Timestamp
        The day the build stands on.
    days : int
        How far back, in weeks that begin after it.

    Returns
    -------
    dict
        ``hours`` and ``shares`` (percent) by zone, ``covered`` (percent of all hours that have a
        zone) and ``from_mean`` (percent of those hours known from a mean heart rate only).
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


def alert_episodes(alerts: pd.DataFrame, as_of) -> pd.DataFrame:
    """Fold days in a row of one cause into one alert, the latest first.

    Parameters
    ----------
    alerts : DataFrame
        `gold.overtraining_alerts` of one athlete.
    as_of : Timestamp
        The day the build stands on; alerts of the year before it are shown.

    Returns
    -------
    DataFrame
        The row of each alert's last day, with ``first_date`` and ``days``; ``is_now`` if it holds
        on the last day.
    """
    if alerts.empty:
        return alerts.assign(first_date=pd.NaT, days=0, is_now=False)
    recent = alerts[alerts["alert_date"] > as_of - pd.Timedelta(days=ALERTS_SHOWN_DAYS)]
    recent = recent.sort_values(["cause", "alert_date"])
    gap = recent.groupby("cause")["alert_date"].diff().dt.days
    episode = (gap.isna() | (gap > 1)).cumsum()
    grouped = recent.groupby(episode)
    last = grouped.tail(1)
    last = last.assign(
        first_date=grouped["alert_date"].min().to_numpy(),
        days=grouped.size().to_numpy(),
        is_now=last["alert_date"] >= as_of,
    )
    return last.sort_values(["alert_date", "severity"], ascending=[False, False])
