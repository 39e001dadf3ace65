"""What the charts share: layout, axes, dates in steps, and words that are safe."""

import html

from stride.report.words import clean


def layout(height: int, **more) -> dict:
    """Everything but the data, the same for all charts."""
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
    """The axis below; ``hover`` is how a date reads in the box."""
    axis = {"type": "date", "showgrid": False, "linecolor": "var(--rule)", "hoverformat": hover}
    return axis | {"tickfont": {"color": "var(--muted)"}} | more


def value_axis(domain: tuple[float, float] = (0, 1), zero: str = "var(--rule)", **more) -> dict:
    """An axis beside the chart; the browser fits it to the days in view."""
    return {
        "domain": list(domain),
        "fixedrange": True,
        "gridcolor": "var(--rule)",
        "zerolinecolor": zero,
        "nticks": 5,
        **more,
    }


def heading(y: float, text: str) -> dict:
    """What an axis measures, above it."""
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
    """Dates for the browser to write out: some weeks apart, then a day apart."""
    return {"start": f"{start:%Y-%m-%d}", "weeks": weeks, "days": days}


def safe(name: str) -> str:
    """The athlete's own words: plotly.js would read tags in them."""
    return html.escape(clean(name, 60), quote=False)


def rounded(values, digits: int = 1) -> list:
    """Short numbers; what is missing is null, as JSON has no NaN."""
    return [None if value != value else round(float(value), digits) for value in values]
