"""Renders a build as one HTML page that makes no network requests."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stride.plural import counted
from stride.report import formatting, sentences
from stride.report.charts.fitness import fitness
from stride.report.charts.history import history
from stride.report.charts.recovery import recovery
from stride.report.charts.sports import css_name, sports_in
from stride.report.charts.weeks import ZONES, volume, zones
from stride.report.data import Build
from stride.report.interval_charts import place_intervals
from stride.report.queries import OF_ATHLETES
from stride.report.recovery import rest
from stride.report.spreadsheet import data_link
from stride.report.tables import by_month, by_month_end, recent_alerts, track_record, zone_shares

_HERE = Path(__file__).parent
PLOTLY = _HERE / "vendor" / "plotly-basic-2.35.2.min.js"


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
    return (
        _templates()
        .get_template("page.html.j2")
        .render(
            athletes=[_athlete(build, name) for name in build.athletes],
            left_out=build.left_out,
            model=_model(build),
            pipeline={name: build.frames[name] for name in ("health", "drift")}
            | {name: _first(build.frames[name]) for name in ("performance", "retraining")},
            span=formatting.span,
            nothing=formatting.NOTHING,
            zone_names=ZONES,
            generated=datetime.now(UTC),
            plotly=_source(PLOTLY),
            style=_source(_HERE / "style.css"),
            script=_source(_HERE / "page.js"),
        )
    )


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = ("time", "pace", "day", "number", "plain", "clean", "support")
    templates.filters |= {name: getattr(formatting, name) for name in filters}
    templates.filters |= {"data_link": data_link, "chart": _embedded, "counted": counted}
    templates.tests["known"] = lambda value: not pd.isna(value)
    return templates


def _athlete(build: Build, name: str) -> dict:
    frames = {frame: build.of(name, frame) for frame in OF_ATHLETES}
    days, weeks, races = frames["days"], frames["weeks"], frames["races"]
    today = _first(frames["today"]) if len(days) else None
    as_of = frames["today"]["as_of_date"].iloc[0] if len(frames["today"]) else pd.NaT
    earlier = races[(races["race_date"] < as_of) & races["incomparable_reason"].isna()]
    methods, history_rows = frames["load_methods"], frames["history"]
    ahead = rest(today["ctl"], today["atl"]) if today is not None else None
    distances = history_rows["distance_label"].unique()
    ledger = track_record(frames["ledger"][frames["ledger"]["predicted_time_s"].notna()])
    alerts = recent_alerts(frames["alerts"], as_of)
    zoned = frames["zones"][list(ZONES)].sum().sum() > 0
    forecasts, last_race = frames["forecasts"], _first(earlier)
    return frames | {
        "name": name,
        "today": today,
        "as_of": as_of,
        "forecasts": place_intervals(forecasts, middle="predicted_time_s"),
        # The first of the earlier races is the one that the forecast uses.
        "basis": sentences.basis_of_forecasts(forecasts, last_race),
        "model_used": sentences.model_used(forecasts.iloc[0], build.frames["runs"])
        if len(forecasts)
        else None,
        "after_build_day": sentences.after_build_day(frames["later"], as_of),
        "dated_in_future": sentences.dated_in_future(frames["ahead"]),
        "why_no_record": sentences.why_no_record(races, history_rows, ledger, as_of),
        "track": track_record(frames["backtest"]),
        "ledger": ledger,
        "day_before": ledger[ledger["days_ahead"] == 1],
        "methods": methods.assign(share=100 * methods["load"] / (methods["load"].sum() or 1)),
        "alerts": alerts,
        "alerts_now": alerts[alerts["is_now"] & (alerts["is_muted"] != True)],  # noqa: E712
        "sports": [(each, css_name(each)) for each in sports_in(weeks)],
        "months": by_month(days, weeks),
        "zone_shares": zone_shares(frames["zones"], as_of) if zoned else None,
        "ahead": ahead,
        "fitness_chart": fitness(days, races) if len(days) else None,
        "recovery_chart": recovery(days, ahead) if ahead is not None else None,
        "history_chart": history(history_rows, races) if len(history_rows) else None,
        "history_choices": [(each, each.capitalize()) for each in distances],
        "history_table": by_month_end(history_rows),
        "volume_chart": volume(weeks) if len(weeks) else None,
        "zones_chart": zones(frames["zones"]) if zoned else None,
    }


def _model(build: Build) -> dict:
    evaluation, runs = build.frames["evaluation"], build.frames["runs"]
    forecasts, criteria = build.frames["forecasts"], build.frames["gate"]
    champions = forecasts.loc[forecasts["model_role"] == "champion", "model_version"]
    champion = champions.iloc[0] if len(champions) else None
    trained = _first(runs[runs["model_version"].notna()])
    return {
        "evaluation": evaluation,
        "overall": _first(evaluation[evaluation["scope"] == "all"]),
        "cold_start": _first(build.frames["cold_start"]),
        "gate": criteria,
        "gate_text": sentences.gate(trained, criteria, champion),
        "leak": build.frames["leak"].set_index("join_kind")["mape_pct"].dropna().to_dict(),
        "runs": runs.head(5),
        **{name: build.frames[name] for name in ("decisions", "importance", "record")},
        **{name: build.frames[name] for name in ("slices", "candidates", "predictors")},
    }


def _first(frame: pd.DataFrame):
    return frame.iloc[0] if len(frame) else None


def _source(file: Path) -> Markup:
    return Markup(file.read_text(encoding="utf-8"))


def _embedded(figure: dict) -> Markup:
    """Serialise a figure as JSON that can't close its script element."""
    text = json.dumps(figure, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
