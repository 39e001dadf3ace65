"""Finds the meaning of the columns of Strava's ``activities.csv`` in any known language.

The headers are listed in ``strava_headers.toml``. Headers that are not in that file are unknown and
reported as such.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from stride.ingest.device.sports import family

# Strava's own bug of 2023: <span class="translation_missing" title="... .horton_values.type">
_UNTRANSLATED = re.compile(r"<span[^>]*title=\W*[^>]*\.(\w+)\W*>", re.IGNORECASE)
# A program that read and wrote the file again told double headers apart: Distance.1, Distance_1.
_NUMBERED = re.compile(r"[._]+\d{1,2}$")


class Language(NamedTuple):
    """How exports in one language are written."""

    decimal_mark: str
    day_first: bool


class Meanings(NamedTuple):
    """What the columns of one table mean."""

    places: dict[str, list[int]]
    """Meaning to the positions of the columns that have it, from left to right."""
    unknown: list[int]
    """Positions of columns that no known layout has."""
    language: str | None
    """The language most headers are in."""


def normalised(header: str) -> str:
    """Reduce a header to what has to agree: letters and digits without case and accents.

    Parameters
    ----------
    header : str

    Returns
    -------
    str

    Examples
    --------
    >>> normalised('\\ufeff"Max.\\u00a0Herzfrequenz" '), normalised("Distance.1")
    ('max herzfrequenz', 'distance')
    >>> normalised('<span title="translation missing: en-US.horton_values.type">Type</span>')
    'type'
    """
    if found := _UNTRANSLATED.search(header):
        header = found[1]
    header = _NUMBERED.sub("", header.strip())
    text = unicodedata.normalize("NFKD", header).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def meanings(header: list[str]) -> Meanings:
    """Find out what each column means.

    Parameters
    ----------
    header : list of str
        As received.

    Returns
    -------
    Meanings

    Examples
    --------
    >>> found = meanings(["Aktivitäts-ID", "Distanz", "Distanz", "Neues"])
    >>> found.places, found.unknown, found.language
    ({'activity_id': [0], 'distance': [1, 2]}, [3], 'de')
    """
    names = [normalised(name) for name in header]
    words = _vocabulary()
    known, unused = words.meaning, words.unused
    if words.old_needed.issubset(names):
        known, unused = known | words.old_meaning, unused | words.old_unused
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        if name in known:
            places.setdefault(known[name], []).append(at)
    unknown = [
        at for at, name in enumerate(names) if name and name not in known and name not in unused
    ]
    votes = Counter(code for name in set(names) for code in words.languages.get(name, ()))
    return Meanings(places, unknown, max(votes, key=votes.get) if votes else None)


def count_known(header: list[str]) -> int:
    """How many headers of a table are known."""
    known = _vocabulary()
    names = [normalised(name) for name in header]
    return sum(name in known.meaning or name in known.unused for name in names)


def language(code: str | None) -> Language:
    """How numbers and dates are written in a language; as in the US where there is none."""
    entry = _facts().get(code or "en", {})
    return Language("," if entry.get("decimal_comma") else ".", entry.get("day_first", False))


def english(meaning: str) -> str:
    """The English header of a meaning, for messages."""
    return _facts()["en"]["columns"][meaning][0].lower()


def is_swim(sport_type: str) -> bool:
    """Whether Strava means a swim: its first distance is in metres.

    Examples
    --------
    >>> is_swim("Schwimmen"), is_swim("Run")
    (True, False)
    """
    return family(sport_type) == "swim"


class _Vocabulary(NamedTuple):
    meaning: dict[str, str]
    unused: set[str]
    languages: dict[str, list[str]]
    old_needed: frozenset[str]
    old_meaning: dict[str, str]
    old_unused: set[str]


@cache
def _facts() -> dict[str, dict]:
    text = files("stride.ingest").joinpath("strava_headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _vocabulary() -> _Vocabulary:
    facts = dict(_facts())
    old = facts.pop("before_2019")
    words = _Vocabulary(
        {},
        set(),
        {},
        frozenset(map(normalised, old["needed"])),
        {normalised(name): to for to, names in old["columns"].items() for name in names},
        set(map(normalised, old["unused"])),
    )
    for code, entry in facts.items():
        for part in ("columns", "translated"):
            for meaning, names in entry.get(part, {}).items():
                for name in map(normalised, names):
                    words.meaning[name] = meaning
                    words.languages.setdefault(name, []).append(code)
        for name in map(normalised, entry["unused"]):
            words.unused.add(name)
            words.languages.setdefault(name, []).append(code)
    return words
