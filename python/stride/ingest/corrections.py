"""What the athlete knows better: ``races.csv``, ``exclusions.csv`` and ``loads.csv``.

Each file is the whole truth of its kind for the athletes it is imported for: a row taken out of
it is a correction taken back. All of them land, so that it is known what was believed when.

A line of ``races.csv`` that has a ``race_date`` and no ``activity_id`` is a race to come. It lands
as a correction of its own kind, and is known by its day and distance as there is no activity yet.
"""

import hashlib
import re
from datetime import date
from pathlib import Path

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.small_csv import read_lines

_COLUMNS = {
    "races": (
        *("activity_id", "is_race", "official_distance", "official_time", "is_maximal"),
        "race_date",
    ),
    "exclusions": ("activity_id",),
    "loads": ("activity_id", "training_load"),
}
_REQUIRED = {"races": ("activity_id", "is_race"), "exclusions": ("activity_id",)} | {
    "loads": ("activity_id", "training_load")
}
PLANNED = "planned_races"
"""The kind as which a race to come lands."""
FILES = {f"{kind}.csv": kind for kind in _COLUMNS}
"""File name to the kind of correction."""

_NAMED = {"marathon": 42195.0, "half marathon": 21097.5, "half": 21097.5, "mile": 1609.344}
_METRES = {"": 1.0, "m": 1.0, "k": 1000.0, "km": 1000.0, "mi": 1609.344, "miles": 1609.344}
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def land_corrections(landing: Path, path: Path, content: bytes, athlete_id: str | None) -> dict:
    """Land a file of corrections. Call it while holding `landing.writing`.

    Parameters
    ----------
    landing : Path
    path : Path
        Its name says which kind it is.
    content : bytes
        UTF-8; comma or semicolon separated. With a column ``athlete_id``, or for `athlete_id`.
    athlete_id : str or None

    Returns
    -------
    dict of str to int
        Athlete to the number of corrections.

    Raises
    ------
    StrideError
        One sentence with the line that can't be meant; then nothing of the file lands.
    """
    kind = FILES[path.name.lower()]
    by_athlete = read_corrections(kind, path.name, content, athlete_id)
    digest = hashlib.sha256(content).hexdigest()[:12]
    for athlete, rows in by_athlete.items():
        moment = landed.now()
        import_id = f"{athlete}:{kind}:{digest}"
        common = {"athlete_id": athlete, "import_id": import_id}
        # A file without a correction for the athlete still says something: that there is none.
        if all("correction" in row for row in rows):
            rows = [*rows, {"activity_id": None}]
        landed.write(
            landing,
            "corrections",
            f"{athlete}.{moment:%Y%m%dT%H%M%S%f}",
            [{"correction": kind} | row | common | {"ingested_at": moment} for row in rows],
        )
    return {athlete: len(rows) for athlete, rows in by_athlete.items()}


def read_corrections(
    kind: str, name: str, content: bytes, athlete_id: str | None
) -> dict[str, list[dict]]:
    """Read and check a file of corrections.

    Parameters
    ----------
    kind : {"races", "exclusions", "loads"}
    name : str
        For messages.
    content : bytes
    athlete_id : str or None

    Returns
    -------
    dict of str to list of dict
        Athlete to rows of `schema.CORRECTIONS`; ``correction`` is there where it is not `kind`.

    Raises
    ------
    StrideError

    Examples
    --------
    >>> text = b"activity_id,is_race,official_distance,official_time,note\\n7,yes,10k,41:30,chip\\n"
    >>> read_corrections("races", "races.csv", text, "ana")["ana"][0]["official_time_s"]
    2490.0
    >>> text = b"activity_id,is_race,race_date,official_distance\\n,,2027-05-02,marathon\\n"
    >>> read_corrections("races", "races.csv", text, "ana")["ana"][0]["activity_id"]
    '2027-05-02 42195 m'
    """
    header, lines = read_lines(content)
    missing = [column for column in _REQUIRED[kind] if column not in header]
    if missing:
        raise StrideError(
            f"{name} lacks the column {', '.join(missing)}; it may have "
            f"{', '.join((*_COLUMNS[kind], 'note', 'athlete_id'))}."
        )
    if "athlete_id" not in header and not athlete_id:
        raise StrideError(f"{name} has no column athlete_id: say whose it is with --athlete ID.")
    by_athlete: dict[str, list[dict]] = {} if "athlete_id" in header else {athlete_id: []}
    seen = set()
    for line, row in lines:
        whose = row.get("athlete_id") or athlete_id
        try:
            is_planned = kind == "races" and not row.get("activity_id") and row.get("race_date")
            if not whose or not (row.get("activity_id") or is_planned):
                raise ValueError("it names no activity_id and athlete")
            correction = _planned_race(row) if is_planned else _correction(kind, row)
            if (whose, correction["activity_id"]) in seen:
                raise ValueError(f"activity {correction['activity_id']} comes twice")
        except ValueError as problem:
            raise StrideError(f"{name}, line {line}: {problem}.") from None
        seen.add((whose, correction["activity_id"]))
        by_athlete.setdefault(whose, []).append(correction)
    return by_athlete


def _correction(kind: str, row: dict) -> dict:
    correction = {"activity_id": row["activity_id"], "note": row.get("note") or row.get("reason")}
    if kind == "races":
        correction["is_race"] = _yes_or_no(row["is_race"], "is_race")
        if row.get("is_maximal"):
            correction["is_maximal"] = _yes_or_no(row["is_maximal"], "is_maximal")
        if row.get("official_distance"):
            correction["official_distance_m"] = metres(row["official_distance"])
        if row.get("official_time"):
            correction["official_time_s"] = seconds(row["official_time"])
    if kind == "loads":
        try:
            load = float(row["training_load"])
        except ValueError:
            load = -1.0
        if not 0 <= load <= 2000:
            raise ValueError(f"training_load is {row['training_load']!r}: write 0 to 2000")
        correction["training_load"] = load
    return correction


def _planned_race(row: dict) -> dict:
    try:
        day = date.fromisoformat(row["race_date"])
    except ValueError:
        raise ValueError(
            f"race_date is {row['race_date']!r}: write a day such as 2027-05-02"
        ) from None
    if not row.get("official_distance"):
        raise ValueError("a planned race needs its official_distance")
    distance_m = metres(row["official_distance"])
    return {
        "correction": PLANNED,
        "activity_id": f"{day} {distance_m:.10g} m",
        "official_distance_m": distance_m,
        "note": row.get("note"),
    }


def _yes_or_no(text: str, column: str) -> bool:
    if text.lower() not in _YES:
        raise ValueError(f"{column} is {text!r}: write yes or no")
    return _YES[text.lower()]


def metres(text: str) -> float:
    """Read a distance.

    Examples
    --------
    >>> metres("10k"), metres("half marathon"), metres("5 mi"), metres("21097.5")
    (10000.0, 21097.5, 8046.72, 21097.5)
    """
    words = " ".join(text.lower().split())
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]*)", words)
    if words in _NAMED:
        return _NAMED[words]
    if not found or found[2] not in _METRES or not float(found[1]):
        raise ValueError(f"official_distance is {text!r}: write 10k, 5 mi, marathon or metres")
    return float(found[1]) * _METRES[found[2]]


def seconds(text: str) -> float:
    """Read a duration.

    Examples
    --------
    >>> seconds("1:37:52"), seconds("20:49"), seconds("1249.5")
    (5872.0, 1249.0, 1249.5)
    """
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = [-1.0]
    value = sum(number * 60**place for place, number in enumerate(reversed(numbers)))
    if len(parts) > 3 or min(numbers) < 0 or any(n >= 60 for n in numbers[1:]) or value <= 0:
        raise ValueError(f"official_time is {text!r}: write h:mm:ss, m:ss or seconds")
    return value
