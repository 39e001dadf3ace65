"""Numbers and names as a runner reads them. What is missing is a dash."""

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
