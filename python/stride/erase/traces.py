"""Texts that identify one athlete: the athlete id, and texts and ids of the activities."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from stride.ingest.schema import KINDS

ERASED = "(erased)"
"""Replacement for the id in texts that are also about other athletes."""

_ID = r"[A-Za-z0-9_-]"
_CODES = {
    *("athlete_id", "landed_row_id", "source_kind", "setting", "correction", "problem"),
    *("row_hash", "content_hash", "import_id", "athlete_hash"),
}
"""Columns of landed files with codes or hashes; all other texts are personal."""
_SHORTEST_TEXT, _SHORTEST_ID = 2, 6


@dataclass(frozen=True)
class Traces:
    """Texts to search for.

    Parameters
    ----------
    athlete_id : str
    others : frozenset of str
        Ids of all other athletes.
    texts : frozenset of str
        Texts and ids of the athlete's imports that no other athlete has.
    others_texts : frozenset of str
        Texts and ids of the imports of all other athletes.
    all_texts : frozenset of str
        Texts and ids of all imports.
    own_words : str
        Texts that Stride itself writes, in lower case, one per line.
    """

    athlete_id: str
    others: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    others_texts: frozenset[str] = frozenset()
    all_texts: frozenset[str] = frozenset()
    own_words: str = ""

    @cached_property
    def is_word(self) -> bool:
        """Whether the id is not a word that Stride uses, so that it identifies the athlete."""
        return self.athlete_id.casefold() not in set(re.findall(r"[\w-]+", self.own_words))

    @cached_property
    def distinctive(self) -> list[str]:
        """Texts long enough to be searched inside other texts, the longest first."""
        found = [
            text
            for text in filter(is_distinctive, self.texts)
            if text.casefold() not in self.own_words  # not part of texts that Stride writes
        ]
        return sorted(found, key=lambda text: (-len(text), text))

    @cached_property
    def composite(self) -> re.Pattern:
        """Pattern of the id as the first part of another id (``ana:123``) or quoted as in JSON."""
        name = re.escape(self.athlete_id)
        return re.compile(rf'(?<!{_ID}){name}(?=:\S)|(?<="){name}(?=")')

    @cached_property
    def word(self) -> re.Pattern:
        """Pattern of the id as a word that is not part of a path or dotted name."""
        name = re.escape(self.athlete_id)
        return re.compile(rf"(?<![A-Za-z0-9_./-]){name}(?![A-Za-z0-9_/-]|\.\w)")

    @cached_property
    def _other(self) -> re.Pattern | None:
        names = "|".join(map(re.escape, sorted(self.others)))
        pattern = rf'(?<!{_ID})(?:{names})(?=:\S|")|^(?:{names})$'
        return re.compile(pattern) if names else None

    def names_another(self, text: str) -> bool:
        """Whether a text contains the id of another athlete."""
        return self._other is not None and self._other.search(text) is not None

    def without(self, text: str) -> str:
        """Replace everything in a text that identifies the athlete.

        Examples
        --------
        >>> traces = Traces("ana", texts=frozenset({"Run with Grandma"}))
        >>> traces.without("ana: Run with Grandma, 5k")
        '(erased): (erased), 5k'
        """
        for known in self.distinctive:
            if known in text:
                text = text.replace(known, ERASED)
        text = self.composite.sub(ERASED, text)
        return self.word.sub(ERASED, text) if self.is_word else text


def is_distinctive(text: str) -> bool:
    """Whether a text is long enough that finding it in another text is no coincidence.

    Examples
    --------
    >>> is_distinctive("Run with Grandma"), is_distinctive("98765432"), is_distinctive("5k")
    (True, True, False)
    """
    return len(text) >= 12 or (len(text) >= 6 and any(c.isdigit() for c in text))


def texts_of(table) -> set[str]:
    """Collect the personal texts of landed rows.

    Parameters
    ----------
    table : pyarrow.Table

    Returns
    -------
    set of str
        Cells, and the values inside cells that are JSON.
    """
    found = set()
    for field in table.schema:
        if not _is_personal(field):
            continue
        cells = set(table[field.name].to_pylist()) - {None}
        if field.name == "raw_row":
            found |= {text for cell in cells for text in _leaves(cell)}
        else:
            found |= cells
    return found | {text.strip() for text in found}


def read_texts(landing: Path, is_wanted) -> set[str]:
    """Collect the personal texts of landed files whose name ``is_wanted`` accepts.

    Parameters
    ----------
    landing : Path
    is_wanted : callable
        Takes a file name, returns bool.

    Returns
    -------
    set of str
    """
    found = set()
    for kind in KINDS:
        for file in (landing / kind).glob("*.parquet"):
            if is_wanted(file.name):
                names = [field.name for field in pq.read_schema(file) if _is_personal(field)]
                if names:
                    found |= texts_of(pq.read_table(file, columns=names, partitioning=None))
    return found


def _is_personal(field) -> bool:
    return str(field.type) in ("string", "large_string") and field.name not in _CODES


def _leaves(cell: str) -> list[str]:
    """Return the texts inside JSON; for pairs of header and text only the text."""
    try:
        value = json.loads(cell)
    except ValueError:
        return [cell]
    if isinstance(value, list) and all(isinstance(p, list) and len(p) == 2 for p in value):
        value = [pair[1] for pair in value]
    waiting, found = [value], []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            found.append(value)
    return found


def identifies(text: str) -> bool:
    """Whether a text can identify an athlete: not a number, unless it is as long as an id.

    Examples
    --------
    >>> identifies("Zoo"), identifies("98765432"), identifies("5000.0"), identifies("12")
    (True, True, False, False)
    """
    if len(text) < _SHORTEST_TEXT:
        return False
    if text.isdigit():
        return len(text) >= _SHORTEST_ID
    try:
        float(text)
    except ValueError:
        return True
    return False
