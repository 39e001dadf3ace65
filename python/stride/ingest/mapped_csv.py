"""Any table of activities, read by a mapping that says what its columns mean.

A mapping is a TOML file::

    platform = "polar"              # whose ids these are; default: the mapping's own name
    athlete = "runner"              # optional: the column that tells whose activity it is
    delimiter = ";"                 # optional; found by itself
    decimal_mark = ","              # optional; found by itself
    day_first = true                # optional; found by itself where a day above 12 tells

    [columns]                       # landed column = header in the table
    activity_id = "Workout No."     # without it, start, distance and time tell activities apart
    sport_type = "Sport"
    local_started_at = "Begin"      # the clock on the spot; started_at is for UTC
    name = ["Title", "Titel"]       # several: whichever the table has
    moving_time_s = "Duration"
    distance_m = "Distance"

    [units]                         # what is not in m, s, °C and kg
    distance_m = "km"
    moving_time_s = "h:mm:ss"       # or a speed, with which the distance was covered
    started_at = "s"                # seconds since 1970
    time_zone = "min"               # minutes before UTC

    [sports]                        # the table's word = a sport_type of seeds/sports.csv
    "Dauerlauf" = "Run"

    [missing]                       # texts that mean: not measured; "*" is every column
    avg_hr_bpm = ["-1", "0"]

    [constants]                     # the same for every row
    sport_type = "Run"

    [steps]                         # columns that tell whether distances are miles after all
    stride_m = "Stride"             # metres a step
    cadence = "Cadence"             # steps a minute
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import cells, dates
from stride.ingest.device.sports import family
from stride.ingest.rows import Rows
from stride.ingest.schema import SUMMARY
from stride.ingest.table import Table, printable, read_table

_MILE, _YARD = 1609.344, 0.9144
_LENGTH = {"m": 1.0, "km": 1e3, "mi": _MILE, "yd": _YARD, "ft": 0.3048}
_TIME = {"s": 1.0, "min": 60.0, "h": 3600.0, "ms": 1e-3, "h:mm:ss": None, "h:mm": None}
# Metres per second in one unit of speed; a pace is its inverse.
_SPEED = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": _MILE / 3600}
_PACE = {"min/km": 1e3 / 60, "min/mi": _MILE / 60, "s/km": 1e3}
UNITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("distance_m", "graded_distance_m", "elevation_gain_m"), tuple(_LENGTH)),
    **dict.fromkeys(("elapsed_time_s", "moving_time_s"), (*_TIME, *_SPEED, *_PACE)),
    "temperature_c": ("C", "F"),
    "weight_kg": ("kg", "lb"),
    "time_zone": ("name", "min"),
    **dict.fromkeys(("started_at", "local_started_at"), ("text", "s", "ms")),
}
"""Landed column to the units it can be given in; the first is the usual one."""

# The displayed distance is a quirk of Strava's own export.
COLUMNS = tuple(name for name in SUMMARY if name != "displayed_distance")
"""Landed columns that a mapping can fill."""

_TEXTS = ("name", "sport_type", "device_file")
_TIMES = ("started_at", "local_started_at")
_FLAGS = ("is_race_flagged", "is_indoor")
_NEEDED = ("sport_type", "started_at", "local_started_at")
_TABLES = {"columns", "units", "sports", "missing", "constants", "steps"}
_OPTIONS = {
    "platform": str,
    "athlete": str,
    "delimiter": str,
    "decimal_mark": str,
    "day_first": bool,
}


class Mapping(NamedTuple):
    """What the columns of a table mean."""

    source: str
    """The mapping's file name, for messages."""
    columns: dict[str, str | list[str]]
    """Landed column to its header, or to several of which a table has one."""
    units: dict[str, str]
    sports: dict[str, str]
    missing: dict[str, list[str]]
    """Landed column, or ``*``, to texts that mean nothing was measured."""
    constants: dict[str, str]
    steps: dict[str, str | list[str]] = {}  # noqa: RUF012
    platform: str | None = None
    """Whose ids these are. Strava's are as they are, others get the platform before them."""
    athlete: str | None = None
    delimiter: str | None = None
    decimal_mark: str | None = None
    day_first: bool | None = None

    def count_known(self, header: list[str]) -> int:
        """How many headers of a table are mapped."""
        known = {name for names in self.columns.values() for name in _as_list(names)}
        return sum(name.strip().strip('"') in known for name in header)

    def resolved(self, names: list[str]) -> "Mapping":
        """With one header a column: the first that the table has.

        A column with several headers is left out if the table has none of them and another tells
        as much; otherwise the first stays, to be named as missing.
        """
        columns = {}
        for landed, headers in self.columns.items():
            if isinstance(headers, str):
                columns[landed] = headers
                continue
            there = [header for header in headers if header in names]
            if there or landed in _NEEDED:
                columns[landed] = (there or headers)[0]
        return self._replace(columns=columns)


def _as_list(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def activity_id(mapping: Mapping, number: str | None) -> str | None:
    """The id of an activity, told apart from equal numbers of other platforms.

    Examples
    --------
    >>> mapping = Mapping("diary.toml", {}, {}, {}, {}, {})
    >>> activity_id(mapping, "7"), activity_id(mapping._replace(platform="strava"), "7")
    ('diary:7', '7')
    """
    if number is None or mapping.platform == "strava":
        return number
    return f"{mapping.platform or mapping.source.removesuffix('.toml')}:{number}"


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping.

    Parameters
    ----------
    path : Path
        A TOML file as described above.

    Returns
    -------
    Mapping

    Raises
    ------
    StrideError
        If there is no such file, it is no TOML, or it names something that Stride does not know.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise StrideError(f"The mapping {path} can't be read ({problem.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise StrideError(f"The mapping {path} is not a TOML file ({problem}).") from None
    source = path.name
    for name in content:
        if name not in _TABLES | set(_OPTIONS):
            raise _mistake(source, f"has {name!r}", sorted(_TABLES | set(_OPTIONS)))
    for name in content.get("steps", {}):
        if name not in ("stride_m", "cadence"):
            raise _mistake(source, f"has {name!r} in [steps]", ("stride_m", "cadence"))
    tables = {name: _table(source, name, content.get(name, {})) for name in _TABLES}
    options = {}
    for name, kind in _OPTIONS.items():
        options[name] = content.get(name)
        if not isinstance(options[name], kind | None):
            example = "true or false" if kind is bool else "a text in quotation marks"
            raise StrideError(
                f"The mapping {source} has {name} = {options[name]!r}: give {example}."
            )
    if options["decimal_mark"] not in (None, ".", ","):
        raise _mistake(source, f"has decimal_mark = {options['decimal_mark']!r}", [".", ","])
    if options["delimiter"] is not None and len(options["delimiter"]) != 1:
        raise StrideError(f"The mapping {source} has a delimiter that is not one character.")
    mapping = Mapping(source, **tables, **options)
    _check(mapping)
    return mapping


def shipped_mapping(content: bytes, source_file: str) -> Mapping | None:
    """The mapping that comes with Stride and fits a table by its header.

    Returns
    -------
    Mapping or None
        None if none has at least five of its columns, and those that are needed.
    """
    for file in sorted(files("stride.ingest").joinpath("mappings").iterdir(), key=str):
        with as_file(file) as path:
            mapping = read_mapping(path)
        if not any(isinstance(names, list) for names in mapping.columns.values()):
            continue  # an example for one table
        # The header is at the start; a table may be long.
        header = read_table(content[:65536], source_file, None, mapping.count_known).header
        names = [name.strip().strip('"') for name in header]
        found = mapping.resolved(names).columns
        there = [landed for landed, name in found.items() if name in names]
        is_table = {"sport_type", "moving_time_s"} <= set(there) and set(_TIMES) & set(there)
        if len(there) >= 5 and is_table:
            return mapping
    return None


def _table(source: str, name: str, table: object) -> dict:
    if not isinstance(table, dict):
        raise StrideError(f"The mapping {source} needs [{name}] as a table of its own.")
    kind = list if name == "missing" else str
    for key, value in table.items():
        may_be_list = name in ("columns", "missing", "steps")
        if may_be_list and isinstance(value, list) and (value or name == "missing"):
            table[key] = [str(text) for text in value]
        elif not isinstance(value, kind):
            example = '["-1", "0"]' if kind is list else '"text"'
            raise StrideError(
                f"The mapping {source} has {key} = {value!r} in [{name}]: write {key} = {example}."
            )
    return table


def _check(mapping: Mapping) -> None:
    for part in ("columns", "units", "missing", "constants"):
        for name in getattr(mapping, part):
            if name not in COLUMNS and not (part == "missing" and name == "*"):
                raise _mistake(mapping.source, f"has {name!r} in [{part}]", COLUMNS)
    for name, unit in mapping.units.items():
        if unit not in UNITS.get(name, ()):
            raise _mistake(
                mapping.source, f"has the unit {unit!r} for {name}", UNITS.get(name, ("no unit",))
            )
        if unit in {**_SPEED, **_PACE} and "distance_m" not in mapping.columns:
            raise StrideError(
                f"The mapping {mapping.source} gives {name} as a speed: map distance_m too."
            )
    for name, text in mapping.constants.items():
        if name in mapping.columns:
            raise StrideError(
                f"The mapping {mapping.source} has {name} in [columns] and in [constants]: "
                "leave one out."
            )
        try:
            _reader(name, mapping, ".", False)(text)
        except (ValueError, OverflowError):
            raise StrideError(
                f"The mapping {mapping.source} has {name} = {text!r} in [constants], "
                "which can't be read."
            ) from None
    given = {*mapping.columns, *mapping.constants}
    for choice in (("sport_type",), _TIMES, ("elapsed_time_s", "moving_time_s")):
        if not given.intersection(choice):
            raise StrideError(
                f"The mapping {mapping.source} lacks {' or '.join(choice)} in [columns]."
            )


def _mistake(source: str, what: str, known) -> StrideError:
    return StrideError(f"The mapping {source} {what}; known are: {', '.join(known)}.")


def read_rows(content: bytes, source_file: str, mapping: Mapping) -> dict[str | None, Rows]:
    """Read every row of a table.

    Parameters
    ----------
    content : bytes
        The table: UTF-8, UTF-16 or a code page; comma, semicolon or tab.
    source_file : str
        Used in messages.
    mapping : Mapping

    Returns
    -------
    dict
        Athlete to that athlete's rows; the key None holds rows that name none, which is all of
        them where no column does. ``started_at`` is None where only a local time is mapped, and
        ``local_started_at`` None where only UTC is. ``source_row_number`` counts in the file, not
        per athlete. Every column is in ``raw_row``, so none is called unknown.

    Raises
    ------
    StrideError
        If the table is empty or lacks a column of the mapping.

    Examples
    --------
    >>> mapping = Mapping("m.toml", {"local_started_at": "day", "moving_time_s": "time",
    ...     "distance_m": "km"}, {"distance_m": "km", "moving_time_s": "h:mm:ss"}, {}, {},
    ...     {"sport_type": "Run"})
    >>> table = "day;time;km\\n2026-08-16T10:30:46Z;0:50:00;10,5".encode()
    >>> (row,) = read_rows(table, "runs.csv", mapping)[None].rows
    >>> row["distance_m"], row["moving_time_s"], row["local_started_at"].isoformat()
    (10500.0, 3000.0, '2026-08-16T10:30:46+00:00')
    """
    table = read_table(content, source_file, mapping.delimiter, mapping.count_known)
    names = [name.strip().strip('"') for name in table.header]
    mapping = mapping.resolved(names)
    wanted = [*mapping.columns.values(), *([mapping.athlete] if mapping.athlete else [])]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise StrideError(
            f"{source_file} lacks the column {', '.join(map(repr, missing))} that "
            f"{mapping.source} maps; it has: {printable(table.header)}."
        )
    mapping, note = _in_miles(table, names, mapping, source_file)
    notes = [
        note,
        *(
            dates.serial_note(table.column(names.index(mapping.columns[name])), source_file)
            for name in _TIMES
            if name in mapping.columns
        ),
    ]
    notes = tuple(note for note in notes if note)
    columns = _columns(table, names, mapping, source_file)
    athletes = [None] * len(table.rows)
    if mapping.athlete:
        athletes = [text or None for text in table.column(names.index(mapping.athlete))]
    found: dict[str | None, Rows] = {}
    width = len(table.header)
    for at, (athlete, raw_row) in enumerate(zip(athletes, table.raw_rows(), strict=True)):
        row: dict = {name: values[at] for name, (values, _) in columns.items()}
        unreadable = [name for name, (_, bad) in columns.items() if at in bad]
        if len(table.rows[at]) != width:
            unreadable.append("cell_count")
        if mapping.units.get("time_zone") == "min":
            _set_local(row)
        row |= {
            "unreadable_cells": ",".join(unreadable) or None,
            "raw_row": raw_row,
            "source_row_number": at + 1,
        }
        if row.get("activity_id") is None and "activity_id" not in mapping.columns:
            start = row.get("started_at") or row.get("local_started_at")
            row["activity_id"] = start and f"{start:%Y%m%dT%H%M%S}"
        row["activity_id"] = activity_id(mapping, row.get("activity_id"))
        found.setdefault(athlete, Rows([], [], None, notes)).rows.append(row)
    return found


def _set_local(row: dict) -> None:
    """Give a row that tells UTC and an offset the clock on the spot."""
    start, zone = row.get("started_at"), row.get("time_zone")
    if start and zone and not row.get("local_started_at"):
        minutes = int(zone[1:3]) * 60 + int(zone[4:])
        ahead = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
        row["local_started_at"] = start + ahead


def _in_miles(
    table: Table, names: list[str], mapping: Mapping, source_file: str
) -> tuple[Mapping, str | None]:
    """The mapping for miles and feet where steps show it; else a note that nobody can tell.

    Garmin Connect writes the distance in the account's unit, which it does not name, and the
    length of a step in metres.
    """
    columns = {name: _first_there(headers, names) for name, headers in mapping.steps.items()}
    if not mapping.steps or mapping.units.get("distance_m") != "km":
        return mapping, None
    wanted = {
        **columns,
        **{name: mapping.columns.get(name) for name in ("distance_m", "moving_time_s")},
    }
    if None not in wanted.values():
        read = {}
        for name, header in wanted.items():
            texts = table.column(names.index(header))
            mark = cells.decimal_mark(cells.decimal_votes(texts))
            plain = cells.duration if name == "moving_time_s" else cells.number
            read[name] = cells.column(
                texts, lambda text, mark=mark, plain=plain: plain(text, mark)
            )[0]
        read["moving_time_s"] = cells.of_days(read["moving_time_s"])
        ratios = [
            stride * cadence * seconds / 60 / distance
            for stride, cadence, seconds, distance in zip(
                read["stride_m"],
                read["cadence"],
                read["moving_time_s"],
                read["distance_m"],
                strict=True,
            )
            if stride and cadence and seconds and distance
        ]
        if ratios and abs(median(ratios) / _MILE - 1) < 0.15:
            units = mapping.units | {"distance_m": "mi", "elevation_gain_m": "ft"}
            return mapping._replace(units=units), f"distances of {source_file} are read as miles."
        if ratios and abs(median(ratios) / 1000 - 1) < 0.15:
            return mapping, None
    return mapping, (
        f"distances of {source_file} are read as kilometres, as it names no unit. If they are "
        f"miles, import it with --mapping and a copy of mappings/{mapping.source} that says so."
    )


def _first_there(headers: str | list[str], names: list[str]) -> str | None:
    return next((header for header in _as_list(headers) if header in names), None)


def _columns(
    table: Table, names: list[str], mapping: Mapping, source_file: str
) -> dict[str, tuple[list, set[int]]]:
    columns: dict[str, tuple[list, set[int]]] = {}
    # A column in which nothing tells follows the rest of the file: 1.024 beside 10,02 is 1024.
    every = (cells.decimal_votes(table.column(at)) for at in range(len(table.header)))
    file_mark = cells.decimal_mark(sum(every, Counter()))
    for landed, header in mapping.columns.items():
        nothing = {*mapping.missing.get(landed, ()), *mapping.missing.get("*", ())}
        texts = table.column(names.index(header))
        if nothing:
            texts = ["" if _means_nothing(text, nothing) else text for text in texts]
        mark = mapping.decimal_mark or cells.decimal_mark(cells.decimal_votes(texts), file_mark)
        day_first = mapping.day_first
        if day_first is None:
            day_first = bool(dates.is_day_first(texts))
        values, bad = cells.column(texts, _reader(landed, mapping, mark, day_first))
        if landed in ("elapsed_time_s", "moving_time_s") and mapping.units.get(landed, "s") == "s":
            values = cells.of_days(values)
        columns[landed] = (values, set(bad))
    for landed, text in mapping.constants.items():
        value = _reader(landed, mapping, ".", False)(text)
        columns[landed] = ([value] * len(table.rows), set())
    for landed, unit in mapping.units.items():
        if landed in columns and unit in {**_SPEED, **_PACE}:
            columns[landed] = _covered(columns["distance_m"][0], *columns[landed])
    for landed in _TIMES:
        if landed in columns and landed in mapping.columns:
            texts = table.column(names.index(mapping.columns[landed]))
            dates.check_any(columns[landed][0], texts, source_file)
    if header := mapping.columns.get("sport_type"):
        _mend_distances(columns, mapping, table.column(names.index(header)))
    return columns


def _mend_distances(
    columns: dict[str, tuple[list, set[int]]], mapping: Mapping, words: list[str]
) -> None:
    """Take a sport's distances for metres where kilometres can't be meant.

    Garmin Connect writes pool swims and runs on a track in metres (yards for swims, where others
    are miles) among kilometres. A sport that is always faster than 40 m/s, yet possible in the
    smaller unit, is such a one.
    """
    unit = mapping.units.get("distance_m")
    times = columns.get("moving_time_s") or columns.get("elapsed_time_s")
    if unit not in ("km", "mi") or "distance_m" not in columns or times is None:
        return
    distances = columns["distance_m"][0]
    rows_of: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        if distances[at] and times[0][at]:
            rows_of.setdefault(word, []).append(at)
    for word, rows in rows_of.items():
        is_swim = family(mapping.sports.get(word, word)) == "swim"
        small = _YARD if unit == "mi" and is_swim else 1.0
        speeds = [distances[at] / times[0][at] for at in rows]
        if min(speeds) > 40 and median(speeds) * small / _LENGTH[unit] < 15:
            for at in rows:
                distances[at] *= small / _LENGTH[unit]


def _means_nothing(text: str, nothing: set[str]) -> bool:
    """Whether a cell is one of the texts that mean nothing, or the same number (-1.0 for -1)."""
    if not text or text in nothing:
        return True
    try:
        return float(text) in {float(each) for each in nothing if each.strip("-.").isdecimal()}
    except ValueError:
        return False


def _reader(landed: str, mapping: Mapping, mark: str, day_first: bool) -> Callable:
    """How the cells of a landed column are read."""
    unit = mapping.units.get(landed)
    if landed == "sport_type":
        return lambda text: mapping.sports.get(text, None if text.isdigit() else text)
    if landed in _TEXTS:
        return str
    if landed == "activity_id":
        return cells.identifier
    if landed == "time_zone":
        return _offset if unit == "min" else cells.time_zone
    if landed in _TIMES and unit in ("s", "ms"):
        return lambda text: datetime.fromtimestamp(cells.number(text) * _TIME[unit], UTC)
    if landed == "started_at":
        return lambda text: dates.instant(text, day_first)
    if landed == "local_started_at":
        return lambda text: dates.clock(text, day_first)
    if landed in _FLAGS:
        return cells.flag
    if unit in ("h:mm:ss", "h:mm"):
        # 1:30 is minutes and seconds in the first, hours and minutes in the other.
        seconds = 60.0 if unit == "h:mm" else 1.0
        return lambda text: _clocked(text) * (seconds if text.count(":") == 1 else 1.0)
    if unit in _PACE:
        return lambda text: _PACE[unit] / _positive(_minutes(text, mark))
    if unit in _SPEED:
        return lambda text: _SPEED[unit] * _positive(cells.number(text, mark))
    if unit == "F":
        return lambda text: (cells.number(text, mark) - 32) / 1.8
    factor = {**_LENGTH, **_TIME, "lb": 0.45359237}.get(unit) or 1.0
    if unit is None and landed in ("elapsed_time_s", "moving_time_s"):
        return lambda text: cells.duration(text, mark)
    return lambda text: cells.number(text, mark) * factor


def _offset(text: str) -> str:
    """Minutes before UTC as an offset such as +02:00."""
    hours, minutes = divmod(int(abs(cells.number(text))), 60)
    return f"{'-' if text.startswith('-') else '+'}{hours:02d}:{minutes:02d}"


def _clocked(text: str) -> float:
    if re.fullmatch(r"[01][.,]\d+", text):  # a spreadsheet shows it as a part of a day
        return cells.number(text.replace(",", ".")) * 86400
    if ":" not in text:
        raise ValueError(f"not a duration: {text!r}")
    return cells.duration(text)


def _minutes(text: str, mark: str) -> float:
    """A pace: ``5:30`` or ``5.5``."""
    return cells.duration(text) / 60 if ":" in text else cells.number(text, mark)


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError(f"no speed: {value}")
    return value


def _covered(
    distances: list[float | None], speeds: list[float | None], bad: set[int]
) -> tuple[list[float | None], set[int]]:
    """Seconds it takes to cover the distances at the speeds, m/s."""
    pairs = zip(distances, speeds, strict=True)
    return [None if None in pair else pair[0] / pair[1] for pair in pairs], bad
