"""Reads a Strava export's ``activities.csv`` in any layout and language, keeping every row.

Columns are found by the meaning of their header (`stride.ingest.headers`), not by position. Several
occur twice; the two distances have different units, which are recognised by their values. Cells are
read by column, because the number format of a column can only be detected from all its cells.
"""

import re
from collections import Counter
from statistics import median

from stride.errors import StrideError
from stride.ingest import cells, dates, headers
from stride.ingest.rows import Rows
from stride.ingest.table import Table, printable, read_table

_REQUIRED = ("activity_id", "started_at", "sport_type", "elapsed_time_s")

_DURATIONS = ("elapsed_time_s", "moving_time_s")
_NUMBERS = (
    "elevation_gain_m",
    "avg_hr_bpm",
    "max_hr_bpm",
    "avg_power_w",
    "weighted_power_w",
    "graded_distance_m",
    "temperature_c",
    "weather_temperature_c",
    "weight_kg",
    "relative_effort",
    "perceived_exertion",
)

_ID = re.compile(r"\d{3,14}")
_YEAR = re.compile(r"(19|20)\d\d")
_RECORDING = re.compile(r"activities/\d+\.(fit|gpx|tcx)(\.gz)?", re.IGNORECASE)

SLOWEST = 0.1
"""m/s. Taken for metres, kilometres per second of a ride look slower than this; real metres of a
run, ride or walk do not."""


def read_rows(content: bytes, source_file: str) -> Rows:
    """Read every row of the table; rows with unreadable cells are kept.

    Parameters
    ----------
    content : bytes
        The table, as exported or as a spreadsheet saved it again.
    source_file : str
        Used in messages.

    Returns
    -------
    Rows
        Each row has ``unreadable_cells`` (comma-separated landed names, or None; ``cell_count`` if
        the row has more or fewer cells than the header), ``raw_row`` (JSON list of header and text
        of the non-empty cells as received) and ``source_row_number`` (1 is the first row below the
        header; blank rows do not count).

    Raises
    ------
    StrideError
        If the table is empty, not a Strava export, or lacks a required column.

    Examples
    --------
    >>> table = "Aktivitäts-ID;Aktivitätsdatum;Aktivitätsart;Verstrichene Zeit;Distanz"
    >>> found = read_rows(f"{table}\\n1;05.07.2018, 15:00:00;Lauf;439;1,61".encode(), "a.csv")
    >>> found.language, found.rows[0]["displayed_distance"], found.rows[0]["started_at"].isoformat()
    ('de', 1.61, '2018-07-05T15:00:00+00:00')
    """
    table = read_table(content, source_file, count_known=headers.count_known)
    meaning = headers.meanings(table.header)
    _check(table, meaning, source_file)
    texts = {name: _texts(table, places) for name, places in meaning.places.items()}
    distances = [table.column(at) for at in meaning.places.get("distance", ())]
    texts.pop("distance", None)
    count = len(table.rows)
    nothing = [""] * count
    language = headers.language(meaning.language)
    columns: dict[str, tuple[list, list[int]]] = {
        "activity_id": cells.column(texts["activity_id"], cells.identifier),
        "started_at": _instants(texts["started_at"], language),
    }
    for name in ("name", "sport_type", "gear", "device_file"):
        columns[name] = ([text or None for text in texts.get(name, nothing)], [])
    columns["is_race_flagged"] = cells.column(texts.get("is_race_flagged", nothing), cells.flag)

    exact = {name: texts.get(name, nothing) for name in _NUMBERS + _DURATIONS}
    # Strava formats all exact numbers alike, so the format is decided by the majority of cells.
    votes = sum(map(cells.decimal_votes, exact.values()), Counter())
    mark = cells.decimal_mark(votes, language.decimal_mark)
    for name, column in exact.items():
        columns[name] = cells.numbers(column, mark)
        if name in _DURATIONS and columns[name][1]:
            columns[name] = cells.column(column, lambda text: cells.duration(text, mark))
        if name in _DURATIONS:
            columns[name] = (cells.of_days(columns[name][0]), columns[name][1])
    dates.check_any(columns["started_at"][0], texts["started_at"], source_file)
    columns |= _distances(distances, columns, language.decimal_mark, mark)
    _derive(columns)
    note = dates.serial_note(texts["started_at"], source_file)
    return Rows(
        _rows(table, columns),
        [table.header[at] for at in meaning.unknown],
        meaning.language,
        (note,) if note else (),
    )


def is_export(content: bytes, source_file: str) -> bool:
    """Whether a table is Strava's, by its columns, or by its cells for unknown languages."""
    table = read_table(content, source_file, count_known=headers.count_known)
    missing = [name for name in _REQUIRED if name not in headers.meanings(table.header).places]
    return not missing or _reads_like_strava(table)


def _reads_like_strava(table: Table) -> bool:
    """Whether the cells look like an export: ids, dates and files."""
    rows = table.rows[:50]
    if any(_RECORDING.fullmatch(cell.strip()) for row in rows for cell in row):
        return True
    telling = [row for row in rows if len(row) > 5 and _ID.fullmatch(row[0].strip())]
    dated = [row for row in telling if _YEAR.search(row[1]) and ":" in row[1]]
    return bool(rows) and len(dated) > len(rows) / 2


def _check(table: Table, meaning: headers.Meanings, source_file: str) -> None:
    missing = [name for name in _REQUIRED if name not in meaning.places]
    names = ", ".join(repr(headers.english(name)) for name in missing)
    if missing and _reads_like_strava(table):
        raise StrideError(
            f"{source_file} looks like an activities.csv of Strava, but Stride does not know its "
            f"language: it finds no {names}. Add its headers to strava_headers.toml (one section a "
            "language), set Strava to English and export again, or describe the columns with "
            f"--mapping. It has: {printable(table.header)}."
        )
    if len(missing) > len(_REQUIRED) / 2:
        raise StrideError(
            f"{source_file} is no table that Stride knows; it has: {printable(table.header)}. If "
            "its rows are activities, describe its columns with --mapping; of Strava, Garmin "
            "Connect and Runalyze it reads the lists as they come."
        )
    if missing:
        raise StrideError(
            f"{source_file} lacks the column {names}; it has: {printable(table.header)}. "
            "If it is not a table of Strava, describe its columns with --mapping."
        )


def _texts(table: Table, places: list[int]) -> list[str]:
    """Return a column's cells; if it occurs twice, the first non-empty cell of each row."""
    first, *others = (table.column(at) for at in places)
    for other in others:
        first = [text or instead for text, instead in zip(first, other, strict=True)]
    return first


def _instants(texts: list[str], language: headers.Language) -> tuple[list, list[int]]:
    day_first = dates.is_day_first(texts)
    if day_first is None:
        day_first = language.day_first
    return cells.column(texts, lambda text: dates.instant(text, day_first))


def _distances(
    found: list[list[str]], columns: dict, shown_mark: str, exact_mark: str
) -> dict[str, tuple[list, list[int]]]:
    """Find the displayed distance column (km, swims in metres) and the one in metres."""
    read = []
    for at, texts in enumerate(found):
        # The displayed distance is formatted in the athlete's language, unlike exact numbers.
        default = shown_mark if at == 0 else exact_mark
        read.append(cells.numbers(texts, cells.decimal_mark(cells.decimal_votes(texts), default)))
    elapsed, sports = columns["elapsed_time_s"][0], columns["sport_type"][0]
    displayed, metres = _which_is_which([values for values, _ in read], elapsed, sports)
    empty = ([None] * len(elapsed), [])
    return {
        "displayed_distance": read[displayed] if displayed is not None else empty,
        "distance_m": read[metres] if metres is not None else empty,
    }


def _which_is_which(
    distances: list[list], elapsed: list, sports: list
) -> tuple[int | None, int | None]:
    """Return the positions of the displayed distance and of the one in metres."""
    if not distances:
        return None, None
    swims = {sport for sport in set(sports) if sport and headers.is_swim(sport)}
    dry = [at for at, sport in enumerate(sports) if sport not in swims]
    first = distances[0]
    compared = False
    for place, other in enumerate(distances[1:], start=1):
        ratio = _typical_ratio(other, first, dry)
        if ratio is not None and not 1 / 30 < ratio < 30:
            return (0, place) if ratio > 1 else (place, 0)
        compared |= ratio is not None
    if len(distances) > 1 and not compared:
        return 0, 1  # nothing but swims, or nothing at all: the order in which Strava writes them
    # One distance, or the same one twice: as fast as people move only if it is in metres.
    speed = _typical_ratio(first, elapsed, dry)
    return (None, 0) if speed is not None and speed > SLOWEST else (0, None)


def _typical_ratio(above: list, below: list, rows: list[int]) -> float | None:
    """Return the median ratio of two columns where both are positive, or None."""
    ratios = [
        above[at] / below[at]
        for at in rows
        if above[at] is not None and below[at] is not None and above[at] > 0 and below[at] > 0
    ]
    return median(ratios) if ratios else None


def _derive(columns: dict[str, tuple[list, list[int]]]) -> None:
    """Use the temperature of the device, otherwise of the weather; drop weights of 0."""
    own, bad = columns["temperature_c"]
    weather, weather_bad = columns.pop("weather_temperature_c")
    pairs = zip(own, weather, strict=True)
    values = [there if here is None else here for here, there in pairs]
    unreadable = {*bad, *weather_bad}
    columns["temperature_c"] = (values, [at for at in unreadable if values[at] is None])
    weights, bad = columns["weight_kg"]
    columns["weight_kg"] = ([weight or None for weight in weights], bad)


def _rows(table: Table, columns: dict[str, tuple[list, list[int]]]) -> list[dict]:
    unreadable: list[list[str]] = [[] for _ in table.rows]
    for name, (_, bad) in columns.items():
        for at in bad:
            unreadable[at].append(name)
    width = len(table.header)
    for at, row in enumerate(table.rows):
        if len(row) != width:
            unreadable[at].append("cell_count")
    names = [*columns, "unreadable_cells", "raw_row", "source_row_number"]
    values = zip(
        *(values for values, _ in columns.values()),
        [",".join(found) or None for found in unreadable],
        table.raw_rows(),
        range(1, len(table.rows) + 1),
        strict=True,
    )
    return [dict(zip(names, row, strict=True)) for row in values]
