"""What waits in the outbox, and for whom."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from stride.database import has_table, reading
from stride.errors import StrideError
from stride.ingest.athletes import settings_on
from stride.ingest.settings import FOR_GOOD, parse_setting
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
        rows += _missing_checks(connection, today)
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


def _missing_checks(connection, today: date) -> list[tuple]:
    """A row as of the outbox, once a week, if no build reached its checks today or yesterday.

    A build that stops before it begins, or is killed, can queue nothing itself.
    """
    if not has_table(connection, "monitoring.health"):
        return []
    ((last,),) = connection.execute("select max(checked_on) from monitoring.health").fetchall()
    late = (today - last).days if last else 0
    if late <= 1:
        return []
    message_id = hashlib.md5(f"operator:no_build:{last}:{late // 7}".encode()).hexdigest()
    texts = (
        f"Stride: no complete build since {last}",
        f"The last build that reached its checks is of {last}. Forecasts and alerts of later days "
        "may be missing. What to do: look at the log of the last build, mend the cause and build "
        "again.",
        f"Stride: nenhum processamento completo desde {last}",
        f"O último processamento que chegou às verificações é de {last}. Podem faltar previsões e "
        "alertas dos dias seguintes. O que fazer: ver o registo do último processamento, corrigir "
        "a causa e processar de novo.",
    )
    return [(message_id, "operator", None, "no_build", today, None, *texts)]


def _addresses(said: Mapping) -> tuple[str, ...]:
    """The athlete's address, unless an older Stride let one in that no mail can carry."""
    try:
        return (parse_setting("email", said["email"])[1],) if "email" in said else ()
    except StrideError:
        return ()


def _is_muted(last_day, today: date) -> bool:
    return last_day is not None and (last_day == FOR_GOOD or today <= date.fromisoformat(last_day))
