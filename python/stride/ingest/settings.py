"""Settings of athletes and their parsing."""

import re
from datetime import date
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stride.errors import StrideError

ALWAYS = date(1900, 1, 1)
"""``valid_from`` of a setting without a first day."""

LAST_DAY = date(2199, 12, 31)
"""Last day that a setting may begin on; 9999-12-31 is ``valid_until`` of one without an end."""


class Setting(NamedTuple):
    """A setting of an athlete."""

    unit: str
    lowest: float
    highest: float
    meaning: str


NUMBERS = {
    "birth_year": Setting("year", 1900, 2030, "Year of birth"),
    "max_hr_bpm": Setting("bpm", 100, 230, "Highest heart rate"),
    "resting_hr_bpm": Setting("bpm", 25, 110, "Heart rate at rest"),
    "lthr_bpm": Setting("bpm", 90, 220, "Heart rate at the lactate threshold"),
    "threshold_pace_s_per_km": Setting("s/km", 140, 720, "Running pace that holds for an hour"),
    "ftp_w": Setting("W", 50, 600, "Power that holds for an hour"),
    "css_s_per_100m": Setting("s/100 m", 50, 300, "Critical swim speed, as a pace"),
    "weight_kg": Setting("kg", 30, 250, "Body weight"),
}
"""Numeric settings with their valid range."""

CAUSES = (
    "distance_spike",
    "returning",
    "low_form",
    "fast_ramp",
    "monotonous_ramp",
    "overload",
    "acwr_classic",
)
"""Causes of alerts in the seed alert_rules."""

FOR_GOOD = "always"
"""Value of a mute without a last day."""

TEXTS = {
    "time_zone": "IANA name of the home zone",
    "sex": "f or m",
    "email": "For alerts",
    "language": "en, pt or pt-BR, of alerts",
}
"""Text settings."""

MUTES = tuple(f"mute_{cause}" for cause in CAUSES)
"""Settings with the last day without alerts of a cause; see `stride alert mute`."""

_CHOICES = {"sex": ("f", "m"), "language": ("en", "pt", "pt-BR")}

_ATHLETE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WITHDRAWN = ("none", "null", "-")


def check_athlete_id(athlete_id: str) -> None:
    """Check that an id can be part of a file name.

    Raises
    ------
    StrideError

    Examples
    --------
    >>> check_athlete_id("ana-2")
    """
    if not _ATHLETE_ID.fullmatch(athlete_id):
        raise StrideError(
            f"The athlete id {athlete_id!r} is invalid: use 1 to 64 letters, digits, - or _."
        )


def parse_setting(setting: str, text: str) -> tuple[float | None, str | None]:
    """Parse one setting.

    Parameters
    ----------
    setting : str
        A key of `NUMBERS` or `TEXTS`.
    text : str
        ``none`` withdraws it. A pace may be written ``4:05``.

    Returns
    -------
    value : float or None
    value_text : str or None

    Raises
    ------
    StrideError
        If the setting is unknown or the value invalid.

    Examples
    --------
    >>> parse_setting("threshold_pace_s_per_km", "4:05")
    (245.0, None)
    >>> parse_setting("sex", "F"), parse_setting("ftp_w", "none")
    ((None, 'f'), (None, None))
    """
    text = text.strip()
    if setting not in (*NUMBERS, *TEXTS, *MUTES):
        known = ", ".join([*NUMBERS, *TEXTS])
        raise StrideError(f"There is no setting {setting!r}: use {known}.")
    if text.lower() in _WITHDRAWN:
        if setting == "time_zone":
            raise StrideError("An athlete needs a time_zone: give another one instead.")
        return None, None
    if setting == "time_zone":
        check_zone(text)
        return None, text
    if setting in _CHOICES:
        known = {choice.lower(): choice for choice in _CHOICES[setting]}
        if text.lower() not in known:
            choices = ", ".join(_CHOICES[setting])
            raise StrideError(
                f"The {setting} {text!r} is invalid: write {choices} or leave it out."
            )
        return None, known[text.lower()]
    if setting in MUTES:
        return None, FOR_GOOD if text.lower() == FOR_GOOD else str(parse_day(text))
    if setting == "email":
        return None, check_email(text)
    wanted = NUMBERS[setting]
    try:
        parts = [float(part) for part in text.replace(",", ".").split(":")]
    except ValueError:
        parts = []
    if len(parts) not in (1, 2) or (len(parts) == 2 and wanted.unit[0] != "s"):
        raise StrideError(f"{setting} is {text!r}: write a number in {wanted.unit}.")
    value = parts[0] if len(parts) == 1 else 60 * parts[0] + parts[1]
    if not wanted.lowest <= value <= wanted.highest:
        raise StrideError(
            f"{setting} is {text!r}: {wanted.meaning.lower()} must be from "
            f"{wanted.lowest:g} to {wanted.highest:g} {wanted.unit}."
        )
    return value, None


def check_email(text: str) -> str:
    """Check that a text is a single e-mail address.

    Raises
    ------
    StrideError

    Examples
    --------
    >>> check_email("ana@example.org")
    'ana@example.org'
    """
    try:
        address = Address(addr_spec=text).addr_spec
    except (HeaderParseError, ValueError, IndexError):
        address = None
    if address != text or not re.fullmatch(r"[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;.]+", text):
        raise StrideError(f"{text!r} is not an e-mail address.")
    return text


def check_zone(time_zone: str) -> None:
    """Check that a text is a time zone.

    Raises
    ------
    StrideError
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StrideError(
            f"{time_zone!r} is not a time zone: use an IANA name such as America/Sao_Paulo."
        ) from None


def parse_day(text: str | None) -> date:
    """Parse the first day of a setting; an empty text means always.

    Examples
    --------
    >>> parse_day("2024-05-01"), parse_day("")
    (datetime.date(2024, 5, 1), datetime.date(1900, 1, 1))
    """
    if not text or not text.strip():
        return ALWAYS
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise StrideError(f"{text!r} is not a date: write it as 2024-05-01.") from None
    if not ALWAYS <= day <= LAST_DAY:
        raise StrideError(f"{text!r} is out of range: write a date from {ALWAYS} to {LAST_DAY}.")
    return day
