"""Chart of the last four weeks, and of the next two if the athlete rests."""

import pandas as pd

from stride.report.charts.parts import date_axis, layout, rounded, steps, value_axis

SHOWN_BEFORE = 28


def recovery(days: pd.DataFrame, ahead: pd.DataFrame) -> dict:
    """Draw fitness, fatigue and form, dotted from today on.

    Parameters
    ----------
    days : DataFrame
        `features.rolling_features` of one athlete, in order.
    ahead : DataFrame
        `stride.report.recovery.rest`.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``steps``.
    """
    before = days.tail(SHOWN_BEFORE)
    today = before["feature_date"].iloc[-1]
    lines = []
    for column, name in (("ctl", "CTL (fitness)"), ("atl", "ATL (fatigue)"), ("tsb", "TSB (form)")):
        so_far, then = rounded(before[column]), rounded(ahead[column])
        gap = [None] * (len(so_far) - 1)
        for values, dash, label in (
            (so_far + [None] * len(then), "solid", name),
            ([*gap, so_far[-1], *then], "dot", f"{name} if you rest"),
        ):
            lines.append(
                {
                    "type": "scatter",
                    "name": label,
                    "dates": "all",
                    "y": values,
                    "mode": "lines",
                    "line": {"color": f"var(--{column})", "width": 2, "dash": dash},
                    "meta": {"unit": "load a day"},
                    "hovertemplate": f"%{{y:.1f}} load a day<extra>{label}</extra>",
                }
            )
    return {
        "steps": steps(before["feature_date"].iloc[0], days=len(before) + len(ahead)),
        "data": lines,
        "layout": layout(
            260,
            xaxis=date_axis("%a %-d %b %Y", fixedrange=True),
            yaxis=value_axis(zero="var(--muted)"),
            shapes=[
                {
                    "type": "line",
                    "x0": f"{today:%Y-%m-%d}",
                    "x1": f"{today:%Y-%m-%d}",
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": "var(--muted)", "width": 1, "dash": "dash"},
                }
            ],
        ),
    }
