"""Small drawings of an interval, one scale for all rows of a table."""

import pandas as pd

_MIDDLE = 100.0
_REACH = 94.0
_FURTHEST = 0.25
"""Where a drawing ends; what lies further off stands at its edge."""


def strips(times: pd.DataFrame, middle: str) -> pd.DataFrame:
    """Place forecast, interval and baseline around one of the times, relative to it.

    Parameters
    ----------
    times : DataFrame
        Columns ``predicted_time_s``, ``lower_80_s``, ``upper_80_s``, ``baseline_time_s``.
    middle : str
        The column that stands in the middle.

    Returns
    -------
    DataFrame
        With the places ``at_lower``, ``at_upper``, ``at_forecast`` and ``at_baseline`` in a
        drawing 200 wide.
    """
    names = {
        "at_lower": "lower_80_s",
        "at_upper": "upper_80_s",
        "at_forecast": "predicted_time_s",
        "at_baseline": "baseline_time_s",
    }
    off = {name: times[column] / times[middle] - 1 for name, column in names.items()}
    ends = [shift.abs().max() for shift in off.values() if shift.notna().any()]
    furthest = min(max([0.05, *ends]), _FURTHEST)
    return times.assign(
        **{
            name: (_MIDDLE + _REACH / furthest * shift.clip(-furthest, furthest)).round(1)
            for name, shift in off.items()
        }
    )


def track_record(backtest: pd.DataFrame) -> pd.DataFrame:
    """Every race beside what would have been forecast before it.

    Parameters
    ----------
    backtest : DataFrame
        `training.backtest_predictions` of one athlete.

    Returns
    -------
    DataFrame
        With `strips`, ``miss_pct`` (positive: forecast too slow) and ``is_inside``.
    """
    result = backtest["race_time_s"]
    return strips(backtest, middle="race_time_s").assign(
        miss_pct=100 * (backtest["predicted_time_s"] / result - 1),
        is_inside=result.between(backtest["lower_80_s"], backtest["upper_80_s"]),
    )
