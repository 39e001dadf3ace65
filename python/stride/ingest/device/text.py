"""Numbers and times as XML files write them; what can't be read is missing."""

from datetime import UTC, datetime
from math import isfinite, nan


def number(text: str | None) -> float:
    """Read a number, NaN for anything else.

    Examples
    --------
    >>> number(" 12.5 "), number("12,5"), number(None), number("inf")
    (12.5, nan, nan, nan)
    """
    try:
        value = float(text)
    except (TypeError, ValueError, OverflowError):
        return nan
    return value if isfinite(value) else nan


def unix_time(text: str | None) -> float:
    """Read an ISO time as Unix seconds, NaN for anything else; without a zone it is UTC.

    Examples
    --------
    >>> unix_time("2020-04-18T11:10:44.500Z"), unix_time("2020-04-18T13:10:44+02:00")
    (1587208244.5, 1587208244.0)
    >>> unix_time("yesterday"), unix_time(None)
    (nan, nan)
    """
    moment = _moment(text)
    if moment is None:
        return nan
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return nan


def offset_s(text: str | None) -> int | None:
    """Give the offset from UTC that a time states; ``Z`` and ``+00:00`` state none.

    Examples
    --------
    >>> offset_s("2020-04-18T13:10:44+02:00"), offset_s("2020-04-18T11:10:44Z")
    (7200, None)
    """
    moment = _moment(text)
    if moment is None or not moment.tzinfo:
        return None
    return int(moment.utcoffset().total_seconds()) or None


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except (AttributeError, ValueError):
        return None
