"""Summary of the last build for the terminal, with the next step if something is missing."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from stride.database import athletes_of, has_table, reading
from stride.ingest.athletes import known_athletes
from stride.notify.plain_text import one_line
from stride.plural import counted
from stride.report.formatting import day, number, plain, span, time
from stride.report.sentences import after_build_day, dated_in_future

ALERT_DAYS = 28
MOST_ATHLETES = 12
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "blind": "magenta", "info": "cyan"}

_TABLES = {
    "today": ("gold.athlete_today", "from gold.athlete_today order by athlete_id"),
    "forecasts": (
        "gold.athlete_predictions",
        "from gold.athlete_predictions order by athlete_id, distance_m",
    ),
    "alerts": (
        "gold.overtraining_alerts",
        f"""select alerts.* from gold.overtraining_alerts as alerts
        join silver.athletes as athletes using (athlete_id)
        where alerts.alert_date > athletes.as_of_date - {ALERT_DAYS}
        order by alert_date desc, athlete_id, cause""",
    ),
    "later": (
        "silver.activities",
        """select athlete_id, as_of_date, count(*) as activities,
            min(activity_date) as first_day, max(activity_date) as last_day
        from silver.activities join silver.athletes using (athlete_id)
        where activity_date > as_of_date group by all order by all""",
    ),
    "ahead": (
        "bronze.landed_activities",
        """select athlete_id, count(distinct activity_id) as activities,
            min(cast(started_at as date)) as first_day, max(cast(started_at as date)) as last_day
        from silver.quarantine
        join (select landed_row_id, started_at from bronze.landed_activities) using (landed_row_id)
        anti join silver.activities using (athlete_id, activity_id)
        where quarantine_reason = 'starts_after_import' group by all order by all""",
    ),
    "imports": (
        "bronze.landed_imports",
        """select athlete_id, max(ingested_at) as ingested_at from bronze.landed_imports
        group by all order by all""",
    ),
    "health": (
        "monitoring.health",
        """select *, status = 'blind'
            and count_if(status <> 'blind') over (partition by check_name) = 0 as is_new
        from monitoring.health
        qualify checked_on = max(checked_on) over (partition by check_name)
        order by layer, check_name""",
    ),
    "outbox": ("gold.outbox", "select message_id, message_date from gold.outbox"),
}


@dataclass(frozen=True)
class Status:
    """Data of the status page; tables that the build lacks have no frame."""

    athletes: list[str]
    frames: dict[str, pd.DataFrame | None] = field(default_factory=dict)
    unsent: int = 0
    """Messages of the last 14 days that were neither sent nor refused."""
    is_built: bool = True


def read_status(
    database: Path, landing: Path, deliveries: Path, athlete_id: str | None = None
) -> Status:
    """Read the data of the status page.

    Parameters
    ----------
    database, landing, deliveries : Path
    athlete_id : str, optional
        Only this athlete.

    Returns
    -------
    Status

    Raises
    ------
    StrideError
        If the athlete is unknown or a build is running.
    """
    if not database.is_file():
        return Status(known_athletes(landing), is_built=False)
    frames = {}
    with reading(database) as connection:
        if not has_table(connection, "silver.athletes"):
            return Status(known_athletes(landing), is_built=False)
        if athlete_id is not None:
            athletes_of(connection, athlete_id)
        rows = connection.execute("select athlete_id from silver.athletes order by all")
        athletes = [name for (name,) in rows.fetchall() if athlete_id in (None, name)]
        for name, (table, query) in _TABLES.items():
            if has_table(connection, table):
                frame = connection.execute(query).df()
                if athlete_id is not None and "athlete_id" in frame:
                    frame = frame[frame["athlete_id"] == athlete_id]
                frames[name] = frame
    return Status(athletes, frames, _unsent(frames.get("outbox"), deliveries))


def _unsent(outbox: pd.DataFrame | None, deliveries: Path) -> int:
    from stride.notify.deliveries import Deliveries

    if outbox is None or outbox.empty:
        return 0
    log = Deliveries(deliveries / "deliveries.jsonl")
    recent = outbox[outbox["message_date"] >= pd.Timestamp(date.today() - timedelta(days=14))]
    return sum(not log.is_done(message_id) for message_id in recent["message_id"])


def page(status: Status) -> list:
    """Lay out the page.

    Parameters
    ----------
    status : Status

    Returns
    -------
    list
        Parts that rich prints one below the other.
    """
    if not status.is_built:
        todo = (
            "Imported, not built yet: run `stride update`."
            if status.athletes
            else "Nothing is here yet: run `stride import PATH --athlete ID --timezone ZONE`, then "
            "`stride update`. `stride demo` shows it all on invented athletes."
        )
        return [Panel(Text(todo), title="Stride")]
    return [
        _fitness(status),
        *_dated("later", status, lambda row: after_build_day(row, row["as_of_date"].iloc[0])),
        *_dated("ahead", status, dated_in_future),
        _forecasts(status.frames.get("forecasts"), status.athletes),
        _alerts(status.frames.get("alerts")),
        _health(status.frames.get("health")),
        _mail(status),
    ]


def _fitness(status: Status):
    today, imports = status.frames.get("today"), status.frames.get("imports")
    if today is None or today.empty:
        return _empty("Fitness", "No athlete yet: import an export, then run `stride update`.")
    last = (
        {}
        if imports is None
        else dict(zip(imports["athlete_id"], imports["ingested_at"], strict=True))
    )
    headers = ("athlete", "day", "CTL", "ATL", "TSB", "ACWR", "km 7 d", "last import")
    table = _table("Fitness", headers, right=range(2, 7))
    for row in today.head(MOST_ATHLETES).itertuples():
        table.add_row(
            _text(row.athlete_id),
            day(row.as_of_date),
            number(row.ctl),
            number(row.atl),
            number(row.tsb, sign=True),
            number(row.acwr, 2),
            number(row.run_distance_7d_m / 1000, 1),
            day(last.get(row.athlete_id, pd.NaT)),
        )
    table.caption = (
        "Load a day over 42 days (CTL) and 7 days (ATL) at the end of today. TSB is yesterday's "
    )
    table.caption += "CTL minus ATL."
    if len(today) > MOST_ATHLETES:
        table.caption += f" And {len(today) - MOST_ATHLETES:,} more: --athlete ID shows one."
    return table


def _dated(name: str, status: Status, sentence) -> list[Text]:
    """Return a sentence for each athlete of a frame."""
    frame = status.frames.get(name)
    rows = [] if frame is None else [frame.iloc[[at]] for at in range(len(frame))]
    return [_text(f"{row['athlete_id'].iloc[0]}: {sentence(row)}") for row in rows[:MOST_ATHLETES]]


def _forecasts(forecasts: pd.DataFrame | None, athletes: list[str]):
    if forecasts is None or forecasts.empty:
        return _empty("Forecasts", "None yet: run `stride update`.")
    if len(athletes) == 1:
        table = _table("Forecasts", ("distance", "time", "80 %", "based on"), right=(1,))
        for row in forecasts.itertuples():
            table.add_row(
                row.distance_label,
                time(row.predicted_time_s),
                span(row.lower_80_s, row.upper_80_s),
                _text(plain(row.support if pd.isna(row.refusal_reason) else row.refusal_reason)),
            )
        return table
    labels = forecasts.sort_values("distance_m")["distance_label"].unique()
    table = _table("Forecasts", ("athlete", *labels), right=range(1, len(labels) + 1))
    for name in athletes[:MOST_ATHLETES]:
        own = forecasts[forecasts["athlete_id"] == name].set_index("distance_label")
        times = own["predicted_time_s"].reindex(labels)
        table.add_row(_text(name), *(time(seconds) for seconds in times))
    return table


def _alerts(alerts: pd.DataFrame | None):
    title = f"Alerts of the last {ALERT_DAYS} days"
    if alerts is None:
        return _empty(title, "This build has no alerts yet: run `stride update`.")
    if alerts.empty:
        return _empty(title, "None.")
    table = _table(title, ("day", "athlete", "what", "clears after rest"))
    for row in alerts.head(MOST_ATHLETES).itertuples():
        clears = "" if pd.isna(row.days_to_clear) else f"{int(row.days_to_clear)} d"
        muted = " (muted)" if row.is_muted else ""
        what = Text(one_line(row.title_en) + muted, style=_COLOURS.get(row.severity, ""))
        table.add_row(day(row.alert_date), _text(row.athlete_id), what, clears)
    table.caption = "Alerts describe training. They are not medical advice."
    if len(alerts) > MOST_ATHLETES:
        table.caption += f" And {len(alerts) - MOST_ATHLETES:,} more."
    return table


def _health(health: pd.DataFrame | None):
    if health is None or health.empty:
        return _empty("Health", "Not checked yet: run `stride update`.")
    # A check that never had enough data is not reported.
    bad = health[(health["status"] != "ok") & ~health["is_new"]]
    new = int(health["is_new"].sum())
    need = "needs" if new == 1 else "need"
    yet = f"{counted(new, 'check')} {need} more days or races before judging."
    wait = yet if new else ""
    if bad.empty:
        fine = "All" if not new else "All other"
        return _empty("Health", f"{fine} {len(health) - new} checks are ok. {wait}".strip())
    table = _table(f"Health: {len(bad)} of {len(health)} checks", ("check", "status", "what to do"))
    for row in bad.itertuples():
        table.add_row(
            _text(row.check_name),
            Text(str(row.status), style=_COLOURS.get(row.status, "")),
            _text(f"{one_line(row.detail)} {one_line(row.what_to_do)}".strip()),
        )
    table.caption = wait or None
    return table


def _mail(status: Status):
    if not status.unsent:
        return Text("No pending mails.", style="dim")
    return Text(f"{counted(status.unsent, 'pending mail')}: run `stride notify`.")


def _table(title: str, headers, right=()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for at, header in enumerate(headers):
        table.add_column(header, justify="right" if at in right else "left")
    return table


def _empty(title: str, message: str) -> Text:
    return Text.assemble((title, "bold"), f": {message}")


def _text(value) -> Text:
    """Wrap untrusted text, because rich interprets brackets in a plain string as markup."""
    return Text(one_line(str(value)))
