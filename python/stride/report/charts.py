"""The charts, as Plotly figures.

Colours are names of the style sheet's variables: the browser fills them in, light or dark.
Days and weeks have no gaps, so a start and a step stand for all dates and the file stays small.
"""

import html

import pandas as pd
import plotly.graph_objects as go

from stride.report.words import time

_DAY_MS = 86_400_000
_SPORTS = {
    "Run": ["run", "run_indoor"],
    "Ride": ["ride", "ride_indoor"],
    "Swim": ["swim"],
    "Hike and walk": ["hike", "walk"],
    "Strength and yoga": ["strength", "yoga"],
}
_OTHER = "Other"


def fitness(days: pd.DataFrame, races: pd.DataFrame) -> go.Figure:
    """Fitness and fatigue with the races, form, and daily load, one above the other.

    Parameters
    ----------
    days : DataFrame
        `features.rolling_features` of one athlete, every day, in order.
    races : DataFrame
        `labels.race_results` of the athlete.

    Returns
    -------
    Figure
    """
    start = days["feature_date"].iloc[0]
    dates = {"x0": f"{start:%Y-%m-%d}", "dx": _DAY_MS}
    ctl, atl, tsb = (days[column].round(1).tolist() for column in ("ctl", "atl", "tsb"))
    at = (races["race_date"] - start).dt.days
    marked = races[at.between(0, len(ctl) - 1)]
    figure = go.Figure(
        [
            _line("CTL (fitness)", ctl, "var(--ctl)", 2.2, "y", dates),
            _line("ATL (fatigue)", atl, "var(--atl)", 1.2, "y", dates),
            go.Scatter(
                name="Race",
                mode="markers",
                x=marked["race_date"].dt.strftime("%Y-%m-%d").tolist(),
                y=[ctl[index] for index in at[marked.index]],
                text=[
                    f"{row.distance_label} {time(row.race_time_s)}, {_safe(row.race_name)}"
                    for row in marked.itertuples()
                ],
                hovertemplate="%{text}<extra>Race</extra>",
                marker={
                    "symbol": "diamond",
                    "size": 10,
                    "color": "var(--race)",
                    "line": {"color": "var(--paper)", "width": 1.5},
                },
            ),
            _line("TSB (form)", tsb, "var(--tsb)", 1.2, "y2", dates, fill="tozeroy"),
            go.Bar(
                name="Load",
                y=days["training_load"].round().astype(int).tolist(),
                yaxis="y3",
                marker={"color": "var(--load)", "line": {"width": 0}},
                hovertemplate="%{y}<extra>Load of the day</extra>",
                **dates,
            ),
        ]
    )
    figure.update_layout(
        _layout(),
        height=560,
        hoversubplots="axis",
        yaxis=_axis([0.54, 0.96]),
        yaxis2=_axis([0.28, 0.46], zero="var(--muted)"),
        yaxis3=_axis([0, 0.2]),
        annotations=[
            _heading(1, "Fitness (CTL) and fatigue (ATL), load a day"),
            _heading(0.5, "Form (TSB), load a day"),
            _heading(0.24, "Training load of each day"),
        ],
    )
    figure.update_xaxes(anchor="y3", hoverformat="%a %-d %b %Y")
    return figure


def weeks(weeks: pd.DataFrame) -> go.Figure:
    """Hours and kilometres of each week by sport; the browser shows one of the two.

    Parameters
    ----------
    weeks : DataFrame
        Columns ``week`` (its Monday), ``sport``, ``hours`` and ``km``.

    Returns
    -------
    Figure
    """
    mondays = pd.date_range(weeks["week"].min(), weeks["week"].max(), freq="7D")
    families = weeks.assign(sport=weeks["sport"].map(family))
    figure = go.Figure()
    for measure, unit in (("hours", "h"), ("km", "km")):
        by_sport = families.pivot_table(
            index="week", columns="sport", values=measure, aggfunc="sum", fill_value=0
        ).reindex(mondays, fill_value=0)
        for sport in sports_in(weeks):
            figure.add_bar(
                name=sport,
                meta=measure,
                visible=measure == "hours",
                x0=f"{mondays[0]:%Y-%m-%d}",
                dx=7 * _DAY_MS,
                y=[round(value, 1) or None for value in by_sport[sport].tolist()],
                marker={"color": f"var(--{css_name(sport)})", "line": {"width": 0}},
                hovertemplate=f"%{{y}} {unit}<extra>{sport}</extra>",
            )
    figure.update_layout(_layout(), height=300, barmode="stack", yaxis=_axis([0, 1]))
    figure.update_xaxes(hoverformat="Week of %-d %b %Y")
    return figure


def sports_in(weeks: pd.DataFrame) -> list[str]:
    """The families of sports that occur, in the order of the legend."""
    found = set(weeks["sport"].map(family))
    return [name for name in [*_SPORTS, _OTHER] if name in found]


def family(sport: str) -> str:
    """The sports that share a colour."""
    return next((name for name, sports in _SPORTS.items() if sport in sports), _OTHER)


def css_name(sport: str) -> str:
    """Name of a family's colour in the style sheet."""
    return "sport-" + sport.split()[0].lower()


def _safe(name: str) -> str:
    """The athlete's own words: Plotly would read tags in them."""
    return html.escape(name[:60], quote=False)


def _line(name, values, colour, width, axis, dates, **more):
    return go.Scatter(
        name=name,
        y=values,
        yaxis=axis,
        mode="lines",
        line={"color": colour, "width": width},
        hovertemplate=f"%{{y:.1f}} load a day<extra>{name}</extra>",
        **dates,
        **more,
    )


def _layout() -> dict:
    return {
        "template": None,
        "showlegend": False,
        "hovermode": "x unified",
        "bargap": 0.15,
        "margin": {"l": 46, "r": 8, "t": 8, "b": 42},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "var(--sans)", "size": 12, "color": "var(--muted)"},
        "hoverlabel": {
            "bgcolor": "var(--raised)",
            "bordercolor": "var(--rule)",
            "font": {"color": "var(--ink)"},
        },
        "xaxis": {"type": "date", "showgrid": False, "linecolor": "var(--rule)"},
    }


def _axis(domain: list[float], zero: str = "var(--rule)") -> dict:
    return {
        "domain": domain,
        "fixedrange": True,  # the browser fits it to the days in view
        "gridcolor": "var(--rule)",
        "zerolinecolor": zero,
        "nticks": 5,
    }


def _heading(y: float, text: str) -> dict:
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "middle",
        "showarrow": False,
    }
