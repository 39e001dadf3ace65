"""Reads ``athletes.csv``: athletes, their settings with first days, and their exports."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest.settings import NUMBERS, TEXTS, check_athlete_id, parse_day, parse_setting
from stride.ingest.small_csv import read_lines

_OTHER = ("athlete_id", "valid_from", "archive")
_SYNONYMS = {"timezone": "time_zone"}


class Line(NamedTuple):
    """One line of the file."""

    athlete_id: str
    settings: dict[str, str]
    """Setting to text; empty says nothing."""
    valid_from: date
    archive: Path | None
    """The athlete's export, if the line names one."""


def read_athletes(path: Path, content: bytes) -> list[Line]:
    """Read and check the file.

    Parameters
    ----------
    path : Path
        Archives are named from its folder.
    content : bytes
        UTF-8, comma or semicolon separated. Columns: ``athlete_id``, ``timezone``, and where
        wanted ``valid_from``, ``archive`` and any setting. An athlete may have several lines,
        one for each day from which something changed.

    Returns
    -------
    list of Line

    Raises
    ------
    StrideError
        If a line is invalid; the message names it.

    Examples
    --------
    >>> text = b"athlete_id,timezone,ftp_w,valid_from\\nana,Europe/Lisbon,230,2024-05-01\\n"
    >>> read_athletes(Path("athletes.csv"), text)[0].settings
    {'time_zone': 'Europe/Lisbon', 'ftp_w': '230'}
    """
    header, rows = read_lines(content, path.name)
    header = [_SYNONYMS.get(column, column) for column in header]
    unknown = [c for c in header if c not in (*NUMBERS, *TEXTS, *_OTHER)]
    if unknown or "athlete_id" not in header:
        what = f"has the column {unknown[0]!r}" if unknown else "lacks the column 'athlete_id'"
        raise StrideError(
            f"{path.name} {what}; it may have {', '.join((*_OTHER, *TEXTS, *NUMBERS))}."
        )
    lines = []
    for number, row in rows:
        row = {_SYNONYMS.get(column, column): text for column, text in row.items()}
        try:
            check_athlete_id(row["athlete_id"])
            settings = {name: row[name] for name in (*TEXTS, *NUMBERS) if row.get(name)}
            for name, value in settings.items():
                parse_setting(name, value)
            valid_from = parse_day(row.get("valid_from"))
        except StrideError as problem:
            raise StrideError(f"{path.name}, line {number}: {problem}") from None
        archive = path.parent / row["archive"] if row.get("archive") else None
        lines.append(Line(row["athlete_id"], settings, valid_from, archive))
    if not lines:
        raise StrideError(f"{path.name} has no athletes below the header.")
    return lines
