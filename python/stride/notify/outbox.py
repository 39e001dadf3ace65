"""What waits in the outbox, and for whom."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from stride.database import has_table, reading
from stride.errors import StrideError
from stride.ingest.athletes import settings_on
from stride.ingest.settings import FOR_GOOD
from stride.notify.mail import Message

DEFAULT_LANGUAGE = "en"


class Waiting(NamedTuple):
    """A message and the addresses it goes to."""

    message: Message
    recipients: tuple[str, ...]


class Outbox(NamedTuple):
    """What there is to do."""

    waiting: list[Waiting]
    muted: int
    """Messages whose athlete has muted their cause since."""
    without_address: dict[str | None, int]
    """Athlete, or None for the operator, to the number of messages that nobody can get."""


def read_outbox(
    database: Path, landing: Path, operators: tuple[str, ...], today: date, max_age_days: int
) -> Outbox:
    """Read the messages of the last days; those that were sent are among them.

    Addresses, languages and mutes are read from the landing, so that what was set after the last
    build counts. The database is closed again before anything is sent.

    Parameters
    ----------
    database, landing : Path
    operators : tuple of str
        Addresses for the pipeline's alarms.
    today : date
    max_age_days : int
        Older messages are news no more.

    Returns
    -------
    Outbox

    Raises
    ------
    StrideError
        If there is no build, or one without an outbox.
    """
    with reading(database) as connection:
        if not has_table(connection, "gold.outbox"):
            raise StrideError("This build has no outbox yet: run `make build`.")
        rows = connection.execute(
            """select message_id, recipient, athlete_id, cause, message_date, activity_name,
            title_en, text_en, title_pt, text_pt
            from gold.outbox where message_date >= ? order by message_date, message_id""",
            [today - timedelta(days=max_age_days)],
        ).fetchall()
    waiting, muted, without_address = [], 0, {}
    settings: dict[str, Mapping] = {}
    for message_id, recipient, athlete, cause, day, name, *texts in rows:
        said = {}
        if recipient == "athlete":
            said = settings.setdefault(athlete, settings_on(landing, athlete, today))
        if _is_muted(said.get(f"mute_{cause}"), today):
            muted += 1
            continue
        addresses = operators if recipient == "operator" else _addresses(said)
        if not addresses:
            without_address[athlete] = without_address.get(athlete, 0) + 1
            continue
        language = said.get("language", DEFAULT_LANGUAGE)
        title, text = texts[2:] if language == "pt" else texts[:2]
        message = Message(message_id, athlete, cause, str(day), title, text, name, language)
        waiting.append(Waiting(message, addresses))
    return Outbox(waiting, muted, without_address)


def _addresses(said: Mapping) -> tuple[str, ...]:
    return (said["email"],) if "email" in said else ()


def _is_muted(last_day, today: date) -> bool:
    return last_day is not None and (last_day == FOR_GOOD or today <= date.fromisoformat(last_day))
