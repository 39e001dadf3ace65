"""Every day where days matter, weeks where they are too many to see."""

import pandas as pd

DAYS_KEPT = 730
"""Days at the end that stay days, about two years."""


def thin(days: pd.DataFrame, kept: int = DAYS_KEPT) -> tuple[pd.DataFrame, int]:
    """Fold all but the last days into weeks that end where the days begin.

    Parameters
    ----------
    days : DataFrame
        One row per day without gaps, in order; columns ``feature_date``, ``training_load``,
        ``ctl``, ``atl``, ``tsb``, all in load a day.
    kept : int
        Days at the end that stay as they are.

    Returns
    -------
    DataFrame
        The weeks, then the days. A week has its last day's date and state, and its mean load.
    int
        How many of the rows are weeks.

    Examples
    --------
    >>> days = pd.DataFrame({"feature_date": pd.date_range("2026-01-01", periods=16)})
    >>> days = days.assign(training_load=10.0, ctl=range(16), atl=1.0, tsb=2.0)
    >>> rows, weeks = thin(days, kept=2)
    >>> weeks, rows["ctl"].tolist()
    (2, [6, 13, 14, 15])
    """
    old = len(days) - kept
    if old < 7:
        return days.reset_index(drop=True), 0
    first = old % 7  # less than a week before the first whole one is left out
    earlier = days.iloc[first:old]
    weeks = earlier.iloc[6::7].assign(
        training_load=earlier["training_load"].to_numpy().reshape(-1, 7).mean(axis=1)
    )
    return pd.concat([weeks, days.iloc[old:]], ignore_index=True), len(weeks)
