"""Positions for the small interval drawings of a table; all rows share one scale."""

import pandas as pd

_MIDDLE = 100.0
_REACH = 94.0
_FURTHEST = 0.25
"""Largest relative deviation drawn; larger ones are clipped to the edge."""


def place_intervals(times: pd.DataFrame, middle: str) -> pd.DataFrame:
    """Compute drawing positions of forecast, interval and baseline relative to one of the times.

    Parameters
    ----------
    times : DataFrame
        Columns ``predicted_time_s``, ``lower_80_s``, ``upper_80_s``, ``baseline_time_s``.
    middle : str
        The column at the centre of the drawing.

    Returns
    -------
    DataFrame
        With ``at_lower``, ``at_upper``, ``at_forecast`` and ``at_baseline``, in units of a
        drawing that is 200 wide.
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
