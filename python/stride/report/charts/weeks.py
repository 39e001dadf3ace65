"""Stacked weekly bars: hours and kilometres by sport, hours by heart-rate zone."""

import pandas as pd

from stride.report.charts.parts import date_axis, layout, steps, value_axis
from stride.report.charts.sports import css_name, family, sports_in

ZONES = {
    "z1": "Zone 1, below 68 % of threshold",
    "z2": "Zone 2, 68 to 83 %",
    "z3": "Zone 3, 83 to 94 %",
    "z4": "Zone 4, 94 to 105 %",
    "z5": "Zone 5, from 105 %",
}


def volume(weeks: pd.DataFrame) -> dict:
    """Draw hours and kilometres by sport; the browser shows one measure at a time.

    Parameters
    ----------
    weeks : DataFrame
        Columns ``week`` (its Monday), ``sport``, ``hours`` and ``km``.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``steps``.
    """
    mondays = _mondays(weeks)
    families = weeks.assign(sport=weeks["sport"].map(family))
    data = []
    for measure, unit in (("hours", "h"), ("km", "km")):
        by_sport = families.pivot_table(
            index="week", columns="sport", values=measure, aggfunc="sum", fill_value=0
        ).reindex(mondays, fill_value=0)
        data += [
            _bars(sport, by_sport[sport], css_name(sport), unit, shown=measure)
            for sport in sports_in(weeks)
        ]
    return _stacked(mondays, data)


def zones(weeks: pd.DataFrame) -> dict:
    """Draw hours in each heart-rate zone.

    Parameters
    ----------
    weeks : DataFrame
        Columns ``week`` (its Monday) and ``z1`` to ``z5``, hours.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``steps``.
    """
    mondays = _mondays(weeks)
    hours = weeks.set_index("week").reindex(mondays, fill_value=0)
    data = [_bars(name, hours[zone], zone, "h") for zone, name in ZONES.items()]
    return _stacked(mondays, data, ticksuffix=" h")


def _mondays(weeks: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.date_range(weeks["week"].min(), weeks["week"].max(), freq="7D")


def _bars(name: str, values: pd.Series, colour: str, unit: str, **meta) -> dict:
    return {
        "type": "bar",
        "name": name,
        "dates": "all",
        "y": [round(value, 1) or None for value in values.tolist()],
        "meta": {"unit": unit, **meta},
        "marker": {"color": f"var(--{colour})", "line": {"color": "var(--paper)", "width": 0.6}},
        "hovertemplate": f"%{{y}} {unit}<extra>{name}</extra>",
    }


def _stacked(mondays: pd.DatetimeIndex, data: list[dict], **axis) -> dict:
    return {
        "steps": steps(mondays[0], weeks=len(mondays)),
        "data": data,
        "layout": layout(
            280,
            barmode="stack",
            xaxis=date_axis("Week of %-d %b %Y"),
            yaxis=value_axis(**axis),
        ),
    }
