"""Parses dates of exports in many languages; raises ``ValueError`` for other texts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from stride.errors import StrideError

# Full names as they stand in a date, so for Polish and Russian in the genitive. A name may be
# shortened to three letters where that still names one month.
_MONTH_NAMES = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
januar februar marts april maj juni juli august september oktober november desember
januari februari mars april maj juni juli augusti september oktober november december
januari februari maret april mei juni juli agustus september oktober nopember desember
januar februar mars april mai juni juli august september oktober november desember
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
"""  # noqa: RUF001
_SHORT_MONTHS = {
    "mrt": 3,
    "mrz": 3,
    "maj": 5,
    "май": 5,
    "jnr": 1,
    "agt": 8,
    "setiembre": 9,
}
# Cut off after three letters, these would be other months elsewhere: marrask. is no March.
_WHOLE_MONTHS = """
tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak marrask jouluk
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu \
marraskuu joulukuu
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna září října listopadu prosince
led úno bře dub kvě čvn čvc srp zář říj lis pro
"""
_AFTERNOON = {"午後", "下午", "오후"}
_MORNING = {"午前", "上午", "오전"}
_BETWEEN = {"", "at", "a", "a las", "a la", "as", "um", "alle", "om", "o", "kl", "klo", "pukul"}

_ENGLISH = re.compile(  # the usual case, read without the general way
    r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}), (\d{1,2}):(\d\d):(\d\d) ([AP])M"
)
_TIME = re.compile(
    r"[\s,]*(?P<word>[^\d]{0,12}?)[\s,]*"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.m](?P<second>\d\d)(?:\.\d+)?)?\s?s?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\.?)?(?:\s?(?:utc|gmt|z))?"
)
_MONTH_FIRST = re.compile(
    r"(?P<month>[^\W\d]{3,})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"
)
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\.?(?: de)? (?P<month>[^\W\d]{3,})\.?,?(?: de)? (?P<year>\d{4})"
    r"(?: ?\u0433\.)?"  # the Russian word for year, shortened
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4}) ?[年년./-] ?(?P<month>\d{1,2}) ?[月월./-] ?(?P<day>\d{1,2})[日일.]?"
)
_SERIAL = re.compile(r"([2-7]\d{4})(?:[.,](\d+))?")
"""Days since 1899-12-30, as a spreadsheet counts them; from 1954 to 2119."""
_NUMERIC = re.compile(r"(?P<one>\d{1,2})(?P<mark>[./-])(?P<two>\d{1,2})[./-](?P<year>\d{4})")


def _plain(text: str) -> str:
    """Normalise accents, case, no-break spaces and width for comparing words."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def _months() -> dict[str, int]:
    known: dict[str, int] = {}
    for line in _MONTH_NAMES.strip().splitlines():
        names = [_plain(name) for name in line.split()]
        shortened = Counter(name[:size] for name in names for size in range(3, len(name)))
        for month, name in enumerate(names, start=1):
            known[name] = month
            for size in range(3, len(name)):
                if shortened[name[:size]] == 1:
                    known.setdefault(name[:size], month)
    known |= {_plain(name): month for name, month in _SHORT_MONTHS.items()}
    for line in _WHOLE_MONTHS.strip().splitlines():
        for month, name in enumerate(line.split(), start=1):
            known[_plain(name)] = month
            known[_plain(name.replace("kuu", "kuuta"))] = month
    return known


_MONTHS = _months()


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Whether all-numeric dates with slashes or hyphens begin with the day.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    bool or None
        What most of the telling dates say (a number above 12 is no month); None if none tells.

    Examples
    --------
    >>> is_day_first(["05/07/2018 15:00", "25/07/2018 15:00"])
    True
    >>> is_day_first(["05/07/2018 15:00"]) is None
    True
    """
    votes = 0
    for text in texts:
        if (found := _NUMERIC.match(text)) and found["mark"] != ".":
            votes += (int(found["one"]) > 12) - (int(found["two"]) > 12)
    return None if votes == 0 else votes > 0


def check_any(moments: list, texts: list[str], source_file: str) -> None:
    """Raise an error if no date of a table can be read.

    Raises
    ------
    StrideError
        If there are dates and none of them could be read.
    """
    unread = next((text for text in texts if text), None)
    if unread and not any(moments):
        raise StrideError(
            f"{source_file} has no row with a date that can be read: {unread[:60]!r} is none that "
            "Stride knows. Write dates as 2024-01-05 07:00:00."
        )


def serial_note(texts: list[str], source_file: str) -> str | None:
    """Say that dates are numbers of a spreadsheet, which may count from another day.

    Examples
    --------
    >>> serial_note(["45296.29", "45299"], "a.csv")[:68]
    '2 dates of a.csv are numbers of a spreadsheet and read as 2024-01-05'
    """
    days = sorted(float(text.replace(",", ".")) for text in texts if _SERIAL.fullmatch(text))
    if not days:
        return None
    first, last = (datetime(1899, 12, 30) + timedelta(days=days[at]) for at in (0, -1))
    are = "date of {} is a number" if len(days) == 1 else "dates of {} are numbers"
    return (
        f"{len(days):,} {are.format(source_file)} of a spreadsheet and read as {first:%Y-%m-%d} to "
        f"{last:%Y-%m-%d}. If that is four years early, the spreadsheet counts from 1904: save its "
        "dates as text."
    )


def instant(text: str, day_first: bool = False) -> datetime | None:
    """Read a point in time. Strava's export writes UTC without saying so.

    Parameters
    ----------
    text : str
        ``Jul 5, 2018, 3:00:00 PM``, the same in other languages (``5 juil. 2018 à 15:00:00``,
        ``05.07.2018, 15:00:00``, ``2018年7月5日 15:00``), ISO 8601, or the number of days that a
        spreadsheet shows instead (``43286.625``).
    day_first : bool
        How ``05/07/2018`` is meant; see `is_day_first`. With points the day is always first.

    Returns
    -------
    datetime or None
        With the UTC zone; None for an empty cell. A date without a time is read as noon, which
        keeps the day right nearly everywhere on earth.

    Raises
    ------
    ValueError
        If the cell is none of these.

    Examples
    --------
    >>> instant("Jul 5, 2018, 3:00:00 PM").isoformat()
    '2018-07-05T15:00:00+00:00'
    >>> instant("5 de jul. de 2018 15:00:00").isoformat()
    '2018-07-05T15:00:00+00:00'
    >>> instant("43286.625").isoformat()
    '2018-07-05T15:00:00+00:00'
    """
    moment = _moment(text, day_first)
    if moment is None or moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def clock(text: str, day_first: bool = False) -> datetime | None:
    """Read what the clock on the spot showed. A zone in the text is dropped: Strava's Z is false.

    Returns
    -------
    datetime or None
        The clock's figures, with the UTC zone as a mere container.

    Examples
    --------
    >>> clock("2026-08-16T10:30:46Z").isoformat(), clock("2026-08-16T10:30:46+02:00").isoformat()
    ('2026-08-16T10:30:46+00:00', '2026-08-16T10:30:46+00:00')
    """
    moment = _moment(text, day_first)
    return moment and moment.replace(tzinfo=UTC)


def _moment(text: str, day_first: bool) -> datetime | None:
    found = _ENGLISH.fullmatch(text)
    if found:
        month, day, year, hour, minute, second, half = found.groups()
        return _built(year, _month(month), day, hour, minute, second, half.lower())
    text = " ".join(unicodedata.normalize("NFKC", text).split()).strip("'\"")
    if not text:
        return None
    if re.match(r"\d{4}-\d\d-\d\d", text):
        moment = datetime.fromisoformat(re.sub(r" (UTC|GMT)$", "+00:00", text))
        return moment + timedelta(hours=12) if len(text) == 10 else moment
    if serial := _SERIAL.fullmatch(text):
        return _of_serial(serial[1], serial[2])
    text = unicodedata.normalize("NFC", _plain(text))  # Korean syllables, whole again
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _NUMERIC, _YEAR_FIRST):
        if date := pattern.match(text):
            return _with_time(date, text[date.end() :], day_first)
    raise ValueError(f"not a point in time: {text!r}")


def _of_serial(days: str, fraction: str | None) -> datetime:
    """A spreadsheet's number, to the second; without a time it is noon."""
    seconds = round(float(f"0.{fraction}") * 86400) if fraction else 12 * 3600
    return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=int(days), seconds=seconds)


def _with_time(date: re.Match, rest: str, day_first: bool) -> datetime:
    parts = date.groupdict()
    if "one" in parts:
        first_is_day = day_first or parts["mark"] == "."
        order = ("one", "two") if first_is_day else ("two", "one")
        parts |= {"day": parts[order[0]], "month": parts[order[1]]}
    month = int(parts["month"]) if parts["month"].isdigit() else _month(parts["month"])
    if not rest.strip(" ,."):
        return _built(parts["year"], month, parts["day"], 12, 0, 0, None)
    time = _TIME.fullmatch(rest.lstrip("."))
    if not time:
        raise ValueError(f"not a time: {rest!r}")
    word = time["word"].strip(" .,")
    half = time["half"]
    if word in _AFTERNOON or word in _MORNING:
        half = "p" if word in _AFTERNOON else "a"
    elif word not in _BETWEEN:
        raise ValueError(f"not a time: {rest!r}")
    return _built(
        parts["year"], month, parts["day"], time["hour"], time["minute"], time["second"] or 0, half
    )


def _month(name: str) -> int:
    month = _MONTHS.get(name.lower()) or _MONTHS.get(_plain(name))
    if month is None:
        raise ValueError(f"not a month: {name!r}")
    return month


def _built(year, month, day, hour, minute, second, half: str | None) -> datetime:
    hour = int(hour)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"not an hour: {hour}")
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(int(year), int(month), int(day), hour, int(minute), int(second), tzinfo=UTC)
