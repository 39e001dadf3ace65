"""Chart of the forecasts of each day with their intervals, and of race results."""

import pandas as pd

from stride.report.charts.parts import date_axis, layout, safe, value_axis
from stride.report.formatting import time


def history(forecasts: pd.DataFrame, races: pd.DataFrame) -> dict:
    """Draw the forecasts of each distance; the browser shows one distance at a time.

    Parameters
    ----------
    forecasts : DataFrame
        `inference.race_predictions` of one athlete, one row per distance and day, in order.
    races : DataFrame
        `labels.race_results` of the athlete.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``shared`` dates; times are in milliseconds, so that a date axis
        formats them as h:mm:ss.
    """
    data, shared = [], {}
    for label, rows in forecasts.groupby("distance_label", sort=False):
        shared[label] = rows["prediction_date"].dt.strftime("%Y-%m-%d").tolist()
        dates = {"dates": label}
        band = {"line": {"width": 0, "shape": "hv"}, "mode": "lines"}
        data += [
            _trace(label, "Fastest of the 80 %", dates, rows["lower_80_s"], **band),
            _trace(
                label,
                "Slowest of the 80 %",
                dates,
                rows["upper_80_s"],
                fill="tonexty",
                fillcolor="var(--band)",
                **band,
            ),
            _trace(
                label,
                "Riegel",
                dates,
                rows["baseline_time_s"],
                mode="lines",
                line={"color": "var(--muted)", "width": 1.2, "dash": "dot", "shape": "hv"},
            ),
            _trace(
                label,
                "Forecast",
                dates,
                rows["predicted_time_s"],
                mode="lines",
                line={"color": "var(--ctl)", "width": 2.2, "shape": "hv"},
            ),
            _results(label, races, rows["prediction_date"].min()),
        ]
    return {
        "shared": shared,
        "data": data,
        "layout": layout(
            300,
            margin={"l": 58, "r": 10, "t": 8, "b": 40},
            xaxis=date_axis("%a %-d %b %Y"),
            yaxis=value_axis(type="date", tickformat="%-H:%M:%S", hoverformat="%-H:%M:%S"),
        ),
    }


def _results(label: str, races: pd.DataFrame, since) -> dict:
    ran = races[(races["distance_label"] == label) & (races["race_date"] >= since)]
    ran = ran.sort_values("race_date")
    return _trace(
        label,
        "Result",
        {"x": ran["race_date"].dt.strftime("%Y-%m-%d").tolist()},
        ran["race_time_s"],
        mode="markers",
        text=[f"{time(row.race_time_s)}, {safe(row.race_name)}" for row in ran.itertuples()],
        hovertemplate="%{text}<extra>Result</extra>",
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": "var(--race)",
            "line": {"color": "var(--paper)", "width": 1.5},
        },
    )


def _trace(label: str, name: str, dates: dict, seconds: pd.Series, **more) -> dict:
    return {
        "type": "scatter",
        "name": name,
        "meta": {"shown": label, "unit": "time"},
        **dates,
        "y": [None if s != s else round(s) * 1000 for s in seconds],
        "hovertemplate": f"%{{y|%-H:%M:%S}}<extra>{name}</extra>",
        **more,
    }
