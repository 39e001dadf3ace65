"""Reduces a long daily series: recent days stay, earlier ones become weeks."""

import pandas as pd

DAYS_KEPT = 730
"""Recent days that stay days, about two years."""


def downsample(days: pd.DataFrame, kept: int = DAYS_KEPT) -> tuple[pd.DataFrame, int]:
    """Aggregate all but the last days into weeks that end where the days begin.

    Parameters
    ----------
    days : DataFrame
        One row per day without gaps, in order; columns ``feature_date``, ``training_load``,
        ``ctl``, ``atl``, ``tsb``, all in load a day.
    kept : int
        Days at the end that are not aggregated.

    Returns
    -------
    DataFrame
        The weeks, then the days. A week has the date and state of its last day, and its mean load.
    int
        Number of rows that are weeks.

    Examples
    --------
    >>> days = pd.DataFrame({"feature_date": pd.date_range("2026-01-01", periods=16)})
    >>> days = days.assign(training_load=10.0, ctl=range(16), atl=1.0, tsb=2.0)
    >>> rows, weeks = downsample(days, kept=2)
    >>> weeks, rows["ctl"].tolist()
    (2, [6, 13, 14, 15])
    """
    old = len(days) - kept
    if old < 7:
        return days.reset_index(drop=True), 0
    first = old % 7  # drops an incomplete first week
    earlier = days.iloc[first:old]
    weeks = earlier.iloc[6::7].assign(
        training_load=earlier["training_load"].to_numpy().reshape(-1, 7).mean(axis=1)
    )
    return pd.concat([weeks, days.iloc[old:]], ignore_index=True), len(weeks)
