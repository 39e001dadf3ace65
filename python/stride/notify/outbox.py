"""Reads pending messages of the outbox and their recipients."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stride.database import has_table, reading
from stride.errors import StrideError
from stride.ingest.athletes import settings_on
from stride.ingest.settings import FOR_GOOD, parse_setting
from stride.notify.mail import Message

DEFAULT_LANGUAGE = "en"


class Waiting(NamedTuple):
    """A message and its addresses."""

    message: Message
    recipients: tuple[str, ...]


class Outbox(NamedTuple):
    """Pending messages."""

    waiting: list[Waiting]
    muted: int
    """Number of messages whose cause the athlete has muted since."""
    without_address: dict[str | None, int]
    """Number of messages without an address by athlete, None for the operator."""


class Queued(NamedTuple):
    """What a build left to be sent."""

    rows: list[dict]
    """Rows of `gold.outbox`."""
    checked_on: date | None
    """Day of the last checks; None: there are none yet."""


def queued_here(database: Path, since: date) -> Queued:
    """Read what is queued from the database of this machine, and close it again.

    Raises
    ------
    StrideError
        If there is no build, or one without an outbox.
    """
    with reading(database) as connection:
        if not has_table(connection, "gold.outbox"):
            raise StrideError("This build has no outbox yet: run `stride update`.")
        found = connection.execute(_QUEUED.format("gold.outbox", since))
        columns = [column[0] for column in found.description]
        rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
        checked_on = None
        if has_table(connection, "monitoring.health"):
            checked_on = connection.execute(_CHECKED.format("monitoring.health")).fetchone()[0]
    return Queued(rows, checked_on)


def queued_in_catalog(session, catalog: str, since: date) -> Queued:
    """The same from a catalog of a Databricks workspace.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    catalog : str
    since : date

    Raises
    ------
    StrideError
        If the catalog has no outbox.
    """
    from pyspark.errors import AnalysisException

    try:
        rows = session.sql(_QUEUED.format(f"{catalog}.gold.outbox", since)).collect()
    except AnalysisException:
        raise StrideError(f"Catalog {catalog} has no outbox yet: run the job `rebuild`.") from None
    try:
        health = session.sql(_CHECKED.format(f"{catalog}.monitoring.health")).collect()
    except AnalysisException:
        health = [(None,)]
    return Queued([row.asDict() for row in rows], health[0][0])


_QUEUED = "select * from {} where message_date >= date '{}' order by message_date, message_id"
_CHECKED = "select max(checked_on) from {}"


def read_outbox(queued: Queued, landing: Path, operators: tuple[str, ...], today: date) -> Outbox:
    """Say what is to be sent to whom; what was sent already is among it.

    Addresses, languages and mutes are read from the landing, so that what was set after the last
    build counts.

    Parameters
    ----------
    queued : Queued
    landing : Path
    operators : tuple of str
        Addresses for the pipeline's alarms.
    today : date

    Returns
    -------
    Outbox
    """
    rows = queued.rows + _missing_checks(queued.checked_on, today)
    waiting, muted, without_address = [], 0, {}
    settings: dict[str, Mapping] = {}
    for row in rows:
        athlete_settings: Mapping = {}
        athlete, cause = row["athlete_id"], row["cause"]
        is_operator = row["recipient"] == "operator"
        if not is_operator:
            athlete_settings = settings.setdefault(athlete, settings_on(landing, athlete, today))
        if _is_muted(athlete_settings.get(f"mute_{cause}"), today):
            muted += 1
            continue
        addresses = operators if is_operator else _addresses(athlete_settings)
        if not addresses:
            without_address[athlete] = without_address.get(athlete, 0) + 1
            continue
        language = athlete_settings.get("language", DEFAULT_LANGUAGE)
        title, text = (_in_language(row, part, language) for part in ("title", "text"))
        day, name = str(row["message_date"]), row["activity_name"]
        message = Message(row["message_id"], athlete, cause, day, title, text, name, language)
        waiting.append(Waiting(message, addresses))
    return Outbox(waiting, muted, without_address)


def _missing_checks(last: date | None, today: date) -> list[dict]:
    """A row as of the outbox, once a week, if no build reached its checks today or yesterday.

    A build that fails early or is killed can't queue a message itself.
    """
    late = (today - last).days if last else 0
    if late <= 1:
        return []
    message_id = hashlib.md5(f"operator:no_build:{last}:{late // 7}".encode()).hexdigest()
    title = f"Stride: no complete build since {last}"
    text = (
        f"The last build that reached its checks ran on {last}. Forecasts and alerts of later days "
        "may be missing. What to do: look at the log of the last build, fix the cause and build "
        "again."
    )
    row = {
        **{"message_id": message_id, "recipient": "operator", "athlete_id": None},
        **{"cause": "no_build", "message_date": today, "activity_name": None},
        **{"title_en": title, "text_en": text},
    }
    return [row]


def _in_language(row: Mapping, part: str, language: str) -> str:
    """Return the title or text of a message in a language, or in the one without country."""
    text = row.get(f"{part}_{language.replace('-', '_').lower()}")
    return text or row[f"{part}_{language[:2]}"]


def _addresses(settings: Mapping) -> tuple[str, ...]:
    """Return the athlete's address, unless it is invalid."""
    try:
        address = parse_setting("email", settings["email"])[1] if "email" in settings else None
        return (address,) if address else ()
    except StrideError:
        return ()


def _is_muted(last_day, today: date) -> bool:
    return last_day is not None and (last_day == FOR_GOOD or today <= date.fromisoformat(last_day))
