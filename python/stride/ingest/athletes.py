"""Settings of athletes with their first day, landed like any source."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.settings import ALWAYS, check_athlete_id, parse_setting


def land_settings(
    landing: Path, athlete_id: str, settings: dict[str, str], valid_from: date = ALWAYS
) -> int:
    """Land new and changed settings of one athlete.

    Call it while holding `landing.writing`.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    settings : dict of str to str
        Setting to text; empty texts are ignored.
    valid_from : date
        First day on which they are valid.

    Returns
    -------
    int
        Number of new or changed settings.

    Raises
    ------
    StrideError
        If a setting is invalid, or a new athlete has no time zone.
    """
    check_athlete_id(athlete_id)
    said = {
        (name, valid_from): parse_setting(name, text)
        for name, text in settings.items()
        if text and text.strip()
    }
    known = {
        (row["setting"], row["valid_from"]): (row["value"], row["value_text"])
        for row in _statements(landing, athlete_id)
    }
    if not any(setting == "time_zone" for setting, _ in known):
        if ("time_zone", valid_from) not in said:
            raise StrideError(
                f"{athlete_id} is new: set the time zone of the athlete, such as "
                "--timezone Europe/Lisbon."
            )
        # The first time zone applies to all earlier dates too.
        said[("time_zone", ALWAYS)] = said.pop(("time_zone", valid_from))
    new = {key: value for key, value in said.items() if known.get(key) != value}
    if new:
        moment = landed.now()
        rows = [
            {
                "athlete_id": athlete_id,
                "setting": setting,
                "value": value,
                "value_text": value_text,
                "valid_from": day,
                "ingested_at": moment,
            }
            for (setting, day), (value, value_text) in new.items()
        ]
        landed.write(landing, "athlete_settings", f"{athlete_id}.{moment:%Y%m%dT%H%M%S%f}", rows)
    return len(new)


def known_athletes(landing: Path) -> list[str]:
    """Return the ids of all athletes in the landing, in alphabetical order."""
    files = (landing / "athlete_settings").glob("*.*.parquet")
    return sorted({file.name.split(".")[0] for file in files})


def zones(landing: Path, athlete_id: str) -> list[tuple[date, str]]:
    """Return the home time zones of an athlete with their first days.

    Returns
    -------
    list of (date, str)
        Oldest first; empty for an unknown athlete.
    """
    known = {
        row["valid_from"]: row["value_text"]
        for row in _statements(landing, athlete_id)
        if row["setting"] == "time_zone"
    }
    return sorted(known.items())


def to_utc(local: datetime, zones: list[tuple[date, str]]) -> datetime:
    """Convert a local time at home to UTC; of an hour that occurs twice, the first.

    Parameters
    ----------
    local : datetime
        What the clock showed, without a zone.
    zones : list of (date, str)
        From `zones`.

    Returns
    -------
    datetime
        In UTC.
    """
    zone = [name for day, name in zones if day <= local.date()][-1]
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def settings_on(landing: Path, athlete_id: str, day: date) -> dict[str, float | str]:
    """Return the settings of an athlete that are valid on a day.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    day : date

    Returns
    -------
    dict of str to float or str
        Without settings that were never set or were withdrawn.
    """
    known = {
        (row["valid_from"], row["setting"]): row["value_text"] or row["value"]
        for row in _statements(landing, athlete_id)
    }
    held = {setting: value for (since, setting), value in sorted(known.items()) if since <= day}
    return {setting: value for setting, value in held.items() if value is not None}


def describe(landing: Path, athlete_id: str) -> list[tuple[str, str, date]]:
    """List the settings of an athlete for display.

    Returns
    -------
    list of (setting, value, valid_from)
    """
    known = {
        (row["setting"], row["valid_from"]): row["value_text"] or row["value"]
        for row in _statements(landing, athlete_id)
    }
    return [
        (
            setting,
            "withdrawn" if value is None else f"{value:g}" if isinstance(value, float) else value,
            day,
        )
        for (setting, day), value in sorted(known.items())
    ]


def _statements(landing: Path, athlete_id: str) -> list[dict]:
    columns = ["setting", "value", "value_text", "valid_from"]
    return landed.read(landing, "athlete_settings", athlete_id, columns)
