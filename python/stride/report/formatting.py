"""Formats numbers, dates and names for runners. Missing values are a dash."""

import unicodedata

import pandas as pd

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"  # a hyphen is too short

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def time(seconds: float) -> str:
    """Format seconds as h:mm:ss.

    Examples
    --------
    >>> time(1255.5), time(3599.7)
    ('0:20:56', '1:00:00')
    """
    if pd.isna(seconds):
        return NOTHING
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def span(lower_s: float, upper_s: float) -> str:
    """Format an interval of times."""
    return NOTHING if pd.isna(lower_s) else f"{time(lower_s)} to {time(upper_s)}"


def pace(seconds: float, distance_m: float) -> str:
    """Format a pace as minutes and seconds per kilometre.

    Examples
    --------
    >>> pace(1249, 5000)
    '4:10'
    """
    if pd.isna(seconds) or not distance_m:
        return NOTHING
    minutes, second = divmod(round(seconds / distance_m * 1000), 60)
    return f"{minutes}:{second:02}"


def day(date) -> str:
    """Format a date so that it is unambiguous in every country.

    Examples
    --------
    >>> day(pd.Timestamp(2024, 12, 1))
    '1 Dec 2024'
    """
    return NOTHING if pd.isna(date) else f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def number(value: float, digits: int = 0, sign: bool = False) -> str:
    """Format a number with thousands separators and a typographic minus sign.

    Examples
    --------
    >>> number(1234.56), number(5.83, 1, sign=True), number(-0.04, 1)
    ('1,235', '+5.8', '0.0')
    """
    if pd.isna(value):
        return NOTHING
    value = round(float(value), digits) + 0.0  # turns -0.0 into 0.0
    return f"{value:{'+' if sign and value else ''},.{digits}f}".replace("-", MINUS)


def plain(key: str) -> str:
    """Turn a key of the data into words."""
    return str(key).replace("_", " ")


def clean(text: str, longest: int) -> str:
    """Put untrusted text on one line, without control and text-direction characters.

    Examples
    --------
    >>> clean("fast\\u202e 10k\\n\\x07", 20), clean("abcdef", 4)
    ('fast 10k', 'abc…')
    """
    seen = "".join(" " if c.isspace() else c for c in text[: 4 * longest] if not _is_control(c))
    seen = " ".join(seen.split())
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def _is_control(character: str) -> bool:
    # The emoji joiner is the only format character that is kept.
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co")
        and not character.isspace()
        and character != "\N{ZERO WIDTH JOINER}"
    )


SUPPORT = {
    "several_races": "from several races",
    "one_race": "from one race",
    "stale_race": "from a race long ago",
    "training_only": "from training only",
    "none": "not enough data yet",
}
"""Descriptions of the values of `support` in `gold.athlete_predictions`."""


def support(key: str) -> str:
    """Describe which data a forecast uses.

    Examples
    --------
    >>> support("one_race"), support("two_moons")
    ('from one race', 'two moons')
    """
    return SUPPORT.get(key, plain(key))
