"""Numbers and names as a runner reads them. What is missing is a dash."""

import unicodedata

import pandas as pd

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"  # a hyphen is too short

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def time(seconds: float) -> str:
    """Seconds as h:mm:ss.

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
    """An interval of times."""
    return NOTHING if pd.isna(lower_s) else f"{time(lower_s)} to {time(upper_s)}"


def pace(seconds: float, distance_m: float) -> str:
    """Minutes and seconds per kilometre.

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
    """A date without riddles, whatever the reader's country.

    Examples
    --------
    >>> day(pd.Timestamp(2024, 12, 1))
    '1 Dec 2024'
    """
    return NOTHING if pd.isna(date) else f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def number(value: float, digits: int = 0, sign: bool = False) -> str:
    """A number with a real minus sign.

    Examples
    --------
    >>> number(1234.56), number(5.83, 1, sign=True), number(-0.04, 1)
    ('1,235', '+5.8', '0.0')
    """
    if pd.isna(value):
        return NOTHING
    value = round(float(value), digits) + 0.0  # no minus before a zero
    return f"{value:{'+' if sign and value else ''},.{digits}f}".replace("-", MINUS)


def plain(key: str) -> str:
    """A key of the data as words."""
    return str(key).replace("_", " ")


def clean(text: str, longest: int) -> str:
    """A stranger's words on one line: no control characters, nothing that turns the direction.

    Examples
    --------
    >>> clean("fast\\u202e 10k\\n\\x07", 20), clean("abcdef", 4)
    ('fast 10k', 'abc…')
    """
    seen = "".join(" " if c.isspace() else c for c in text[: 4 * longest] if not _is_control(c))
    seen = " ".join(seen.split())
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def _is_control(character: str) -> bool:
    # Of the format characters only the joiner of emoji says something by itself.
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co")
        and not character.isspace()
        and character != "\N{ZERO WIDTH JOINER}"
    )


SUPPORT = {
    "several_races": "from several races",
    "one_race": "from one race",
    "stale_race": "from a race long ago",
    "training_only": "from training alone",
    "none": "from nothing yet",
}
"""What a forecast rests on, as `gold.athlete_predictions` has it."""


def support(key: str) -> str:
    """What a forecast rests on.

    Examples
    --------
    >>> support("one_race"), support("two_moons")
    ('from one race', 'two moons')
    """
    return SUPPORT.get(key, plain(key))
