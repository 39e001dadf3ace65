"""Shared parts of the charts: layout, axes, regular dates and escaped text."""

import html

from stride.report.formatting import clean


def layout(height: int, **more) -> dict:
    """Return the layout that all charts share."""
    return {
        "height": height,
        "showlegend": False,
        "hovermode": "x unified",
        "bargap": 0.12,
        "margin": {"l": 46, "r": 10, "t": 8, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "var(--sans)", "size": 12, "color": "var(--muted)"},
        "hoverlabel": {
            "bgcolor": "var(--raised)",
            "bordercolor": "var(--rule)",
            "font": {"color": "var(--ink)"},
        },
        **more,
    }


def date_axis(hover: str, **more) -> dict:
    """Return a date axis; ``hover`` is the date format of the hover box."""
    axis = {"type": "date", "showgrid": False, "linecolor": "var(--rule)", "hoverformat": hover}
    return axis | {"tickfont": {"color": "var(--muted)"}} | more


def value_axis(domain: tuple[float, float] = (0, 1), zero: str = "var(--rule)", **more) -> dict:
    """Return a vertical axis; the browser fits its range to the visible days."""
    return {
        "domain": list(domain),
        "fixedrange": True,
        "gridcolor": "var(--rule)",
        "zerolinecolor": zero,
        "nticks": 5,
        **more,
    }


def heading(y: float, text: str) -> dict:
    """Return a heading above an axis."""
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


def steps(start, weeks: int = 0, days: int = 0) -> dict:
    """Describe regular dates for the browser: some weeks apart, then some days apart."""
    return {"start": f"{start:%Y-%m-%d}", "weeks": weeks, "days": days}


def safe(name: str) -> str:
    """Escape text of the athlete, because plotly.js interprets tags."""
    return html.escape(clean(name, 60), quote=False)


def rounded(values, digits: int = 1) -> list:
    """Round numbers; missing values become None, because JSON has no NaN."""
    return [None if value != value else round(float(value), digits) for value in values]
