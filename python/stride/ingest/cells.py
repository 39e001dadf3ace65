"""One cell of an export, from text to a value; what can't be read raises ``ValueError``."""

import re
from datetime import UTC, datetime

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_STRAVA_DATE = re.compile(
    r"(?P<month>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}),? (?:at )?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?: (?P<half>[AaPp])\.?[Mm]\.?)?"
)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


def number(text: str) -> float | None:
    """Read a number; commas are thousands, as in English exports.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None
        None for an empty cell.

    Raises
    ------
    ValueError
        If the cell holds anything but a finite number. A decimal comma is refused rather than
        read a thousand times too large.

    Examples
    --------
    >>> number("1,500"), number(" 9.44 "), number("")
    (1500.0, 9.44, None)
    """
    text = text.strip()
    if not text:
        return None
    if "," in text:
        if not _GROUPED.fullmatch(text):
            raise ValueError(f"not a number: {text!r}")
        text = text.replace(",", "")
    value = float(text)
    if value in (float("inf"), float("-inf")) or value != value:
        raise ValueError(f"not a finite number: {text!r}")
    return value


def flag(text: str) -> bool | None:
    """Read a yes/no cell: ``true``/``false`` or ``1.0``/``0.0``.

    Examples
    --------
    >>> flag("true"), flag("0.0"), flag("")
    (True, False, None)
    """
    text = text.strip().lower()
    if not text:
        return None
    if text in ("true", "false"):
        return text == "true"
    return number(text) != 0


def instant(text: str) -> datetime | None:
    """Read a point in time. Strava's export writes UTC without saying so.

    Parameters
    ----------
    text : str
        ``Jul 5, 2018, 3:00:00 PM`` or ISO 8601.

    Returns
    -------
    datetime or None
        With the UTC zone; None for an empty cell.

    Raises
    ------
    ValueError
        If the cell is neither.

    Examples
    --------
    >>> instant("Jul 5, 2018, 3:00:00 PM").isoformat()
    '2018-07-05T15:00:00+00:00'
    """
    text = " ".join(text.split())  # some exports have a narrow no-break space before AM/PM
    if not text:
        return None
    found = _STRAVA_DATE.fullmatch(text)
    if found is None:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    month = found["month"].lower()
    if month not in _MONTHS:
        raise ValueError(f"not an English month: {text!r}")
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"not an hour: {text!r}")
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    return datetime(
        int(found["year"]),
        _MONTHS.index(month) + 1,
        int(found["day"]),
        hour,
        int(found["minute"]),
        int(found["second"]),
        tzinfo=UTC,
    )
