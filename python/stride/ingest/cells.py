"""Parses cells of an export; raises ``ValueError`` for unreadable ones."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

_SPACES = str.maketrans("", "", "\u00a0\u202f\u2009 '\u2019")  # between thousands, where used
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"),
}
_PLAIN = frozenset("0123456789.-+eE\n")
_INFINITE = float("inf")
# Marks that can't group thousands: not followed by three digits, after nothing, 0 or four digits,
# behind the other mark; or the other mark is there twice, which only groups do.
_TELLING = {
    mark: re.compile(
        rf"(?m)^[+-]?(?:\d*\{mark}(?:\d\d?|\d{{4,}})|(?:0?|\d{{4,}})\{mark}\d+"
        rf"|\d{{1,3}}(?:\{other}\d{{3}})+\{mark}\d*|\d{{1,3}}(?:\{other}\d{{3}}){{2,}})$"
    )
    for mark, other in (".,", ",.")
}


def number(text: str, decimal_mark: str = ".") -> float | None:
    """Read a number.

    Parameters
    ----------
    text : str
    decimal_mark : {'.', ','}
        The other one groups thousands. `decimal_votes` finds it for a column.

    Returns
    -------
    float or None
        None for an empty cell.

    Raises
    ------
    ValueError
        If the cell holds anything but a finite number. The wrong decimal mark is refused rather
        than read a thousand times too large.

    Examples
    --------
    >>> number("1,500"), number(" 9.44 "), number("1.500,5", ","), number("")
    (1500.0, 9.44, 1500.5, None)
    """
    text = text.strip()
    if not text:
        return None
    text = text.translate(_SPACES)
    other = "," if decimal_mark == "." else "."
    if other in text:
        if not _GROUPED[decimal_mark].fullmatch(text):
            raise ValueError(f"not a number: {text!r}")
        text = text.replace(other, "")
    if "_" in text:
        raise ValueError(f"not a number: {text!r}")
    value = float(text.replace(",", "."))
    if value in (_INFINITE, -_INFINITE) or value != value:
        raise ValueError(f"not a finite number: {text!r}")
    return value


def decimal_votes(texts: Iterable[str]) -> Counter:
    """Count the cells of a column with a decimal point and with a decimal comma.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    Counter
        Of ``.`` and ``,``. ``1,500`` tells nothing, ``9,44`` and ``1.500,5`` do.

    Examples
    --------
    >>> sorted(decimal_votes(["9,44", "1.500", "0,125"]).items())
    [(',', 2), ('.', 0)]
    """
    text = "\n".join(filter(None, texts)).translate(_SPACES)
    return Counter({mark: len(telling.findall(text)) for mark, telling in _TELLING.items()})


def decimal_mark(votes: Counter, default: str = ".") -> str:
    """Return the decimal mark with more votes.

    Examples
    --------
    >>> decimal_mark(decimal_votes(["9,44"])), decimal_mark(decimal_votes(["1,500"]), default=".")
    (',', '.')
    """
    return default if votes["."] == votes[","] else max(votes, key=votes.get)


def numbers(texts: list[str], decimal_mark: str = ".") -> tuple[list[float | None], list[int]]:
    """Read a column of numbers.

    Returns
    -------
    values : list of float or None
    unreadable : list of int
        Positions of the cells that hold no number.

    Examples
    --------
    >>> numbers(["1.5", "", "fast"])
    ([1.5, None, None], [2])
    """
    if decimal_mark == "." and _PLAIN.issuperset("\n".join(texts)):
        try:
            values = [float(text) if text else None for text in texts]
            if _INFINITE not in values and -_INFINITE not in values:
                return values, []
        except ValueError:
            pass
    return column(texts, lambda text: number(text, decimal_mark))


def column(texts: list[str], read: Callable) -> tuple[list, list[int]]:
    """Read each cell of a column; also return the positions of unreadable ones."""
    values, unreadable = [], []
    for at, text in enumerate(texts):
        try:
            values.append(read(text) if text else None)
        except (ValueError, OverflowError):
            values.append(None)
            unreadable.append(at)
    return values, unreadable


_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d\d(?:[.,]\d+)?)")


def duration(text: str, decimal_mark: str = ".") -> float | None:
    """Read seconds, or ``h:mm:ss``.

    Examples
    --------
    >>> duration("1:02:03"), duration("439.0"), duration("7:30")
    (3723.0, 439.0, 450.0)
    """
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return number(text, decimal_mark)
    hours, minutes, seconds = found.groups()
    if (hours and int(minutes) > 59) or float(seconds.replace(",", ".")) >= 60:
        raise ValueError(f"not a duration: {text!r}")
    return int(hours or 0) * 3600.0 + int(minutes) * 60 + float(seconds.replace(",", "."))


def of_days(values: list[float | None]) -> list[float | None]:
    """Seconds of durations that a spreadsheet shows as parts of a day; others as they are.

    Examples
    --------
    >>> of_days([0.0208333, None, 0.5])[0] // 1, of_days([1800.0, 0.5])
    (1799.0, [1800.0, 0.5])
    """
    known = [value for value in values if value]
    if not known or max(known) >= 2 or all(value.is_integer() for value in known):
        return values
    return [None if value is None else value * 86400 for value in values]


# The last rows are what a spreadsheet makes of true and false in its own language.
_YES = {"true", "yes", "y", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "si", "vero"} | {
    "waar",
    "verdadeiro",
    "sim",
    "prawda",
    "tak",
}
_NO = {"false", "no", "n", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee", "não"} | {
    "nao",
    "fałsz",
    "nie",
}


def flag(text: str) -> bool | None:
    """Read a yes/no cell: ``true``/``false``, ``1.0``/``0.0``, also ``WAHR``, ``oui`` and the like.

    Examples
    --------
    >>> flag("true"), flag("0.0"), flag("FALSCH"), flag("")
    (True, False, False, None)
    """
    text = text.strip().lower()
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    return number(text, "," if "," in text else ".") != 0


_ROUNDED_ID = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+")
_FLOAT_ID = re.compile(r"(\d+)[.,]0+")


def identifier(text: str) -> str | None:
    """Read an id as text, exact however many digits it has.

    Raises
    ------
    ValueError
        For ``1.23E+18``: a spreadsheet has rounded it, so it names no activity any more.

    Examples
    --------
    >>> identifier("9007199254740993"), identifier("1682714505.0")
    ('9007199254740993', '1682714505')
    """
    if text.isdigit():
        return text
    text = text.strip().lstrip("'").strip()
    if _ROUNDED_ID.fullmatch(text):
        raise ValueError(f"rounded by a spreadsheet: {text!r}")
    if found := _FLOAT_ID.fullmatch(text):
        if int(found[1]) > 2**53:
            raise ValueError(f"rounded by a program: {text!r}")
        return found[1]
    return text or None


def time_zone(text: str) -> str | None:
    """Read a zone: ``(GMT+01:00) Europe/Paris``, ``Europe/Paris`` or ``+01:00``.

    Examples
    --------
    >>> time_zone("(GMT+01:00) Europe/Paris"), time_zone("UTC+05:30")
    ('Europe/Paris', '+05:30')
    """
    text = re.sub(r"^\(?(?:GMT|UTC)([+-]\d{1,2}:\d\d)\)?\s*", r"\1 ", text.strip())
    offset, _, name = text.partition(" ") if text[:1] in "+-" else ("", "", text)
    zone = name.strip() or offset
    if zone and not re.fullmatch(r"[A-Za-z][\w+-]*(/[\w+-]+)*|[+-]\d{1,2}:\d\d", zone):
        raise ValueError(f"not a time zone: {text!r}")
    return zone or None
