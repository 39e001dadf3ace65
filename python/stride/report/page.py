"""Turns a build into one HTML page that loads nothing from anywhere."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from stride.report import charts, words
from stride.report.data import Build
from stride.report.strips import strips, track_record

_HERE = Path(__file__).parent


def render(build: Build) -> str:
    """Render the report.

    Parameters
    ----------
    build : Build

    Returns
    -------
    str
        HTML.
    """
    page = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {
        name: getattr(words, name) for name in ("time", "pace", "day", "number", "plain")
    }
    return page.get_template("template.html.j2").render(
        athletes=[_athlete(build, name) for name in build.athletes],
        left_out=build.left_out,
        model=_model(build),
        span=words.span,
        nothing=words.NOTHING,
        generated=datetime.now(UTC),
        plotly=Markup(get_plotlyjs()),
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        script=Markup((_HERE / "page.js").read_text(encoding="utf-8")),
    )


def _athlete(build: Build, name: str) -> dict:
    days, weeks, races, forecasts, today = (
        build.of(name, frame) for frame in ("days", "weeks", "races", "forecasts", "today")
    )
    as_of = today["as_of_date"].iloc[0] if len(today) else pd.NaT
    earlier = races[(races["race_date"] < as_of) & races["incomparable_reason"].isna()]
    methods = build.of(name, "load_methods")
    return {
        "name": name,
        "today": today.iloc[0] if len(days) and len(today) else None,
        "as_of": as_of,
        "days": days,
        "forecasts": strips(forecasts, middle="predicted_time_s"),
        # The first is the race the forecast is conditioned on.
        "last_race": earlier.iloc[0] if len(earlier) else None,
        "races": races,
        "track": track_record(build.of(name, "backtest")),
        "methods": methods.assign(share=100 * methods["load"] / (methods["load"].sum() or 1)),
        "imports": build.of(name, "imports"),
        "quarantine": build.of(name, "quarantine"),
        "sports": [(each, charts.css_name(each)) for each in charts.sports_in(weeks)],
        "weeks": weeks,
        "fitness_chart": _embedded(charts.fitness(days, races)) if len(days) else None,
        "weeks_chart": _embedded(charts.weeks(weeks)) if len(weeks) else None,
    }


def _model(build: Build) -> dict:
    evaluation = build.frames["evaluation"]
    overall = evaluation[evaluation["scope"] == "all"]
    trained = build.frames["trained"]
    return {
        "evaluation": evaluation,
        "overall": overall.iloc[0] if len(overall) else None,
        "gate": build.frames["gate"],
        "leak": build.frames["leak"].set_index("join_kind")["mape_pct"].dropna().to_dict(),
        "trained": trained.iloc[0] if len(trained) else None,
    }


def _embedded(figure) -> Markup:
    """JSON that can't end the script element it stands in."""
    text = figure.to_json()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
