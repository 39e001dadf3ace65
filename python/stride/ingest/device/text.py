"""Numbers and times as XML files write them; what can't be read is missing."""

import re
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite, nan

_LOOSE = re.compile(  # single digits, slashes, a space before the zone, a zone written twice
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T _]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?"
    r"\s*(?:(?:UTC|GMT|Z)*|([+-])(\d{1,2}):?(\d\d)?)",
    re.IGNORECASE,
)


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
    >>> unix_time("2020-4-18T11:10:44ZZ") == unix_time("2020-04-18 11:10:44 UTC")
    True
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
        return _loose_moment(text)


def _loose_moment(text: str | None) -> datetime | None:
    """What programs write that is not quite ISO 8601; seconds or milliseconds since 1970 too."""
    text = (text or "").strip()
    if re.fullmatch(r"\d{10}(\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]) + int(text[10:] or 0) / 1000, UTC)
    found = _LOOSE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    zone = UTC
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        zone = timezone(offset if sign == "+" else -offset)
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    return moment.replace(tzinfo=zone, microsecond=int((fraction or "0").ljust(6, "0")[:6]))
