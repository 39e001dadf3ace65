"""A Strava export's ``activities.csv``, header by meaning, every row kept.

Five columns occur twice with different units (the first Distance is in km, for swims in metres;
the second in metres), so a column is found by its name *and* its occurrence, never by position.
"""

import csv
import io
import json
from typing import NamedTuple

import pyarrow as pa

from stride.errors import StrideError
from stride.ingest import cells


class Column(NamedTuple):
    """Where a landed column comes from."""

    header: str
    """The export's header, lower case."""
    occurrence: int
    """1 for the first column of that name, 2 for the second."""
    read: callable
    """From the cell's text to a value."""
    kind: pa.DataType


_INSTANT = pa.timestamp("us", tz="UTC")

COLUMNS = {
    "activity_id": Column("activity id", 1, str, pa.string()),
    "started_at": Column("activity date", 1, cells.instant, _INSTANT),
    "name": Column("activity name", 1, str, pa.string()),
    "sport_type": Column("activity type", 1, str, pa.string()),
    "elapsed_time_s": Column("elapsed time", 1, cells.number, pa.float64()),
    "moving_time_s": Column("moving time", 1, cells.number, pa.float64()),
    "displayed_distance": Column("distance", 1, cells.number, pa.float64()),
    "distance_m": Column("distance", 2, cells.number, pa.float64()),
    "elevation_gain_m": Column("elevation gain", 1, cells.number, pa.float64()),
    "avg_hr_bpm": Column("average heart rate", 1, cells.number, pa.float64()),
    "max_hr_bpm": Column("max heart rate", 1, cells.number, pa.float64()),
    "relative_effort": Column("relative effort", 1, cells.number, pa.float64()),
    "perceived_exertion": Column("perceived exertion", 1, cells.number, pa.float64()),
    "is_race_flagged": Column("competition", 1, cells.flag, pa.bool_()),
    "device_file": Column("filename", 1, str, pa.string()),
}
"""What Stride uses of an export. Every other cell is kept in ``raw_row``."""

_REQUIRED = ("activity_id", "started_at", "sport_type", "elapsed_time_s")

SCHEMA = pa.schema(
    [("athlete_id", pa.string()), ("landed_row_id", pa.string())]
    + [(name, column.kind) for name, column in COLUMNS.items()]
    + [
        ("unreadable_cells", pa.string()),
        ("raw_row", pa.string()),
        ("source_file", pa.string()),
        ("source_row_number", pa.int64()),
        ("content_hash", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)


def read_rows(content: bytes, source_file: str) -> list[dict]:
    """Read every row of the table; a cell that can't be read makes no row disappear.

    Parameters
    ----------
    content : bytes
        The CSV in UTF-8, with or without a byte order mark.
    source_file : str
        Used in messages.

    Returns
    -------
    list of dict
        One per row: the keys of `COLUMNS`, ``unreadable_cells`` (comma-separated landed names,
        or None), ``raw_row`` (JSON of the non-empty cells as received) and ``source_row_number``
        (1 is the first row below the header).

    Raises
    ------
    StrideError
        If the table is empty or lacks a required column.
    """
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "")
    csv.field_size_limit(64 * 1024**2)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(rows, None)
        if header is None:
            raise StrideError(f"{source_file} is empty: export it again.")
        places = _places(header, source_file)
        return [
            _read_row(row, number, header, places)
            for number, row in enumerate((row for row in rows if row), start=1)
        ]
    except csv.Error as problem:
        raise StrideError(f"{source_file} is no CSV table ({problem}).") from None


def _places(header: list[str], source_file: str) -> dict[str, int]:
    """Landed column to its position in this table."""
    names = [name.strip().lower() for name in header]
    places = {}
    for landed, column in COLUMNS.items():
        at = [index for index, name in enumerate(names) if name == column.header]
        if len(at) >= column.occurrence:
            places[landed] = at[column.occurrence - 1]
    missing = [COLUMNS[landed].header for landed in _REQUIRED if landed not in places]
    if len(missing) == len(_REQUIRED):
        raise StrideError(
            f"{source_file} is no activities.csv of Strava: it has none of the columns "
            f"{', '.join(map(repr, missing))}."
        )
    if missing:
        found = "".join(c for c in ", ".join(header) if c.isprintable())
        raise StrideError(
            f"{source_file} lacks the column {', '.join(map(repr, missing))}; "
            f"it has: {found[:400]}."
        )
    return places


def _read_row(row: list[str], number: int, header: list[str], places: dict[str, int]) -> dict:
    landed, unreadable = {}, []
    for name, column in COLUMNS.items():
        at = places.get(name)
        text = row[at] if at is not None and at < len(row) else ""
        try:
            landed[name] = column.read(text) if text.strip() else None
        except (ValueError, OverflowError):
            landed[name] = None
            unreadable.append(name)
    if len(row) != len(header):
        unreadable.append("cell_count")
    landed["unreadable_cells"] = ",".join(unreadable) or None
    landed["raw_row"] = json.dumps(
        [
            [header[at] if at < len(header) else None, text]
            for at, text in enumerate(row)
            if text.strip()
        ],
        ensure_ascii=False,
    )
    landed["source_row_number"] = number
    return landed
