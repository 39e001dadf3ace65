"""Chart of fitness and fatigue with races, of form, and of load, one above the other."""

import pandas as pd

from stride.report.charts.parts import (
    date_axis,
    heading,
    layout,
    rounded,
    safe,
    steps,
    value_axis,
)
from stride.report.downsample import downsample
from stride.report.formatting import time

_DAY_MS = 86_400_000


def fitness(days: pd.DataFrame, races: pd.DataFrame) -> dict:
    """Draw the whole history: daily for the last two years, weekly before.

    Parameters
    ----------
    days : DataFrame
        `features.rolling_features` of one athlete, every day, in order.
    races : DataFrame
        `labels.race_results` of the athlete.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``steps``.
    """
    rows, weeks = downsample(days)
    ctl, atl, tsb = (rounded(rows[column]) for column in ("ctl", "atl", "tsb"))
    load = rounded(rows["training_load"], 0)
    bars = {"yaxis": "y3", "type": "bar", "marker": {"color": "var(--load)", "line": {"width": 0}}}
    return {
        "steps": steps(rows["feature_date"].iloc[0], weeks, len(rows) - weeks),
        "data": [
            _line("CTL (fitness)", ctl, "var(--ctl)", 2.4),
            _line("ATL (fatigue)", atl, "var(--atl)", 1.2),
            _races(days, races),
            _line("TSB (form)", tsb, "var(--tsb)", 1.3, yaxis="y2", fill="tozeroy"),
            {
                "name": "Load, mean of the week",
                "dates": "weeks",
                "y": load[:weeks],
                "width": 7 * _DAY_MS,
                "offset": -6.5 * _DAY_MS,
                "meta": {"unit": "a day"},
                "hovertemplate": "%{y} a day<extra>Load, mean of the week</extra>",
                **bars,
            },
            {
                "name": "Load",
                "dates": "days",
                "y": load[weeks:],
                "width": 0.85 * _DAY_MS,
                "meta": {"unit": ""},
                "hovertemplate": "%{y}<extra>Load of the day</extra>",
                **bars,
            },
        ],
        "layout": layout(
            560,
            hoversubplots="axis",
            xaxis=date_axis("%a %-d %b %Y", anchor="y3"),
            yaxis=value_axis((0.54, 0.96)),
            yaxis2=value_axis((0.28, 0.46), zero="var(--muted)"),
            yaxis3=value_axis((0, 0.2)),
            annotations=[
                heading(1, "Fitness (CTL) and fatigue (ATL), load a day"),
                heading(0.5, "Form (TSB), load a day"),
                heading(0.24, "Training load of each day"),
            ],
        ),
    }


def _line(name: str, values: list, colour: str, width: float, **more) -> dict:
    return {
        "type": "scatter",
        "name": name,
        "dates": "all",
        "y": values,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "meta": {"unit": "load a day"},
        "hovertemplate": f"%{{y:.1f}} load a day<extra>{name}</extra>",
        **more,
    }


def _races(days: pd.DataFrame, races: pd.DataFrame) -> dict:
    at = (races["race_date"] - days["feature_date"].iloc[0]).dt.days
    marked = races[at.between(0, len(days) - 1)]
    return {
        "type": "scatter",
        "name": "Race",
        "mode": "markers",
        "x": marked["race_date"].dt.strftime("%Y-%m-%d").tolist(),
        "y": rounded(days["ctl"].to_numpy()[at[marked.index].to_numpy(dtype=int)]),
        "text": [
            f"{row.distance_label} {time(row.race_time_s)}, {safe(row.race_name)}"
            for row in marked.itertuples()
        ],
        "hovertemplate": "%{text}<extra>Race</extra>",
        "marker": {
            "symbol": "diamond",
            "size": 10,
            "color": "var(--race)",
            "line": {"color": "var(--paper)", "width": 1.5},
        },
    }
