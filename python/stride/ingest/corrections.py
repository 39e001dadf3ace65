"""What the athlete knows better: ``races.csv``, ``exclusions.csv``, ``loads.csv``, ``sports.csv``.

Rows are merged by activity: the latest row of an activity counts, and a row with ``withdrawn``
withdraws it. Only new and changed rows land, and landed rows stay, so that past states can be
reconstructed.

A row of ``races.csv`` that has a ``race_date`` and no ``activity_id`` is a planned race. It lands
as a separate kind of correction, with its day and distance as the id.
"""

import hashlib
import math
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import known_athletes
from stride.ingest.csv_kinds import COLUMNS, kind_of
from stride.ingest.device import sports
from stride.ingest.settings import check_athlete_id
from stride.ingest.small_csv import read_lines

PLANNED = "planned_races"
"""The kind as which a planned race lands."""

LANDING_VERSION = 3
"""Version of a landed correction: since 3 rows are merged; before, a file replaced the earlier."""

_REQUIRED = {
    "races": (("activity_id", "is_race"), ("race_date", "official_distance")),
    "exclusions": (("activity_id",),),
    "loads": (("activity_id", "training_load"),),
    "sports": (("activity_id", "sport"),),
}
"""Columns without which a file has no use: one of the choices, or ``activity_id, withdrawn``."""

_VALUES = (
    *("is_race", "is_maximal", "official_distance_m", "official_time_s"),
    *("training_load", "sport_type", "note"),
)
"""Values of a landed correction."""

UNKNOWN_ATHLETE = "no athlete {} is known: the rows apply once the athlete exists."

_WITHDRAWN = "withdrawn_"
"""Prefix of the kind of a landed row that withdraws a correction."""

_NAMED = {"marathon": 42195.0, "half marathon": 21097.5, "half": 21097.5, "mile": 1609.344}
_METRES = {"": 1.0, "m": 1.0, "k": 1000.0, "km": 1000.0, "mi": 1609.344, "miles": 1609.344}
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class LandedCorrections(NamedTuple):
    """Result of a file of corrections for one athlete."""

    rows: int
    new: int = 0
    changed: int = 0
    taken_back: int = 0
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    """Sentences on what the rows refer to and is not there."""
    earlier: int = 0
    """Corrections of the kind that are not in the file but still apply."""


def land_corrections(
    landing: Path, path: Path, content: bytes, athlete_id: str | None
) -> dict[str, LandedCorrections]:
    """Land new and changed rows of a file. Call it within `landing.writing`.

    Parameters
    ----------
    landing : Path
    path : Path
        Its name says which kind it is, else its columns do.
    content : bytes
        Comma, semicolon or tab separated. With a column ``athlete_id``, or for `athlete_id`.
    athlete_id : str or None

    Returns
    -------
    dict of str to LandedCorrections
        By athlete.

    Raises
    ------
    StrideError
        If a line is invalid; the message names it, and nothing of the file lands.
    """
    kind = kind_of(path.name, content)
    by_athlete = read_corrections(kind, path.name, content, athlete_id)
    import_id = f"{kind}:{hashlib.sha256(content).hexdigest()[:12]}"
    return {
        athlete: _land(landing, athlete, kind, rows, f"{athlete}:{import_id}")
        for athlete, rows in by_athlete.items()
    }


def _land(landing: Path, athlete_id: str, kind: str, rows: list[dict], import_id: str):
    current = current_corrections(landing, athlete_id)
    moment = landed.now()
    to_land, found = [], Counter()
    for row in rows:
        key = _key(kind, row)
        values = {name: row.get(name) for name in _VALUES}
        if row.get("is_withdrawn"):
            outcome = "taken_back" if current.get(key) else "unchanged"
        elif not current.get(key):
            outcome = "new"
        else:
            outcome = "unchanged" if current[key] == values else "changed"
        found[outcome] += 1
        if outcome != "unchanged":
            prefix = _WITHDRAWN if outcome == "taken_back" else ""
            common = {"athlete_id": athlete_id, "import_id": import_id, "ingested_at": moment}
            common["landing_version"] = LANDING_VERSION
            identity = {"correction": prefix + key[0], "activity_id": row["activity_id"]}
            to_land.append(values | identity | common)
    if to_land:
        landed.write(landing, "corrections", f"{athlete_id}.{moment:%Y%m%dT%H%M%S%f}", to_land)
    return LandedCorrections(
        len(rows),
        **found,
        notes=_notes(landing, athlete_id, kind, rows, current),
        earlier=_earlier(kind, rows, current),
    )


def _key(kind: str, row: dict) -> tuple[str, str]:
    return row.get("correction", kind), row["activity_id"]


def _earlier(kind: str, rows: list[dict], current: dict) -> int:
    kinds = (kind, PLANNED) if kind == "races" else (kind,)
    standing = {key for key, values in current.items() if values and key[0] in kinds}
    return len(standing - {_key(kind, row) for row in rows})


def current_corrections(landing: Path, athlete_id: str) -> dict[tuple[str, str], dict]:
    """Return an athlete's valid corrections, like `silver.stg_current_corrections`.

    Parameters
    ----------
    landing : Path
    athlete_id : str

    Returns
    -------
    dict of (kind, activity_id) to dict
        The values of the row; empty if withdrawn.
    """
    columns = ["correction", "activity_id", *_VALUES, "landing_version", "ingested_at"]
    rows = landed.read(landing, "corrections", athlete_id, columns)

    def is_whole_file(row: dict) -> bool:
        return row["landing_version"] < LANDING_VERSION

    def file(row: dict) -> str:
        return "races" if row["correction"] == PLANNED else row["correction"]

    latest = {file(row): row["ingested_at"] for row in rows if is_whole_file(row)}
    current = {}
    for row in rows:
        key = (row["correction"].removeprefix(_WITHDRAWN), row["activity_id"])
        if is_whole_file(row) and row["ingested_at"] != latest[file(row)]:
            continue
        if row["correction"].startswith(_WITHDRAWN):
            current[key] = {}
        elif row["activity_id"]:
            # Older files lack a column.
            current[key] = {name: row.get(name) for name in _VALUES} | {"note": row["note"] or None}
    return current


def _notes(landing: Path, athlete_id: str, kind: str, rows: list[dict], current: dict) -> tuple:
    """Sentences on what the rows refer to and is not there."""
    notes = []
    withdrawn = [row for row in rows if row.get("is_withdrawn")]
    unknown = [row["activity_id"] for row in withdrawn if _key(kind, row) not in current]
    if unknown:
        notes.append(f"there is nothing to withdraw for {_some(unknown)}.")
    if rows and athlete_id not in known_athletes(landing):
        notes.append(UNKNOWN_ATHLETE.format(athlete_id))
        return tuple(notes)
    activities = landed.read(landing, "activities", athlete_id, ["activity_id"])
    known = {row["activity_id"] for row in activities}
    wanted = [
        row for row in rows if not row.get("is_withdrawn") and row.get("correction") != PLANNED
    ]
    unknown = [row["activity_id"] for row in wanted if row["activity_id"] not in known]
    if len(unknown) == 1:
        notes.append(f"activity {unknown[0]} is not imported yet: its row applies once it is.")
    elif unknown:
        notes.append(
            f"{len(unknown):,} activities are not imported yet: their rows apply once they are "
            f"({_some(unknown)})."
        )
    return tuple(notes)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def read_corrections(
    kind: str, name: str, content: bytes, athlete_id: str | None
) -> dict[str, list[dict]]:
    """Read and check a file of corrections.

    Parameters
    ----------
    kind : {"races", "exclusions", "loads", "sports"}
    name : str
        For messages.
    content : bytes
    athlete_id : str or None

    Returns
    -------
    dict of str to list of dict
        Athlete to rows of `schema.CORRECTIONS`; ``correction`` is there where it is not `kind`, and
        ``is_withdrawn`` where the row takes a correction back.

    Raises
    ------
    StrideError

    Examples
    --------
    >>> text = b"activity_id,is_race,official_distance,official_time,note\\n7,yes,10k,41:30,chip\\n"
    >>> read_corrections("races", "races.csv", text, "ana")["ana"][0]["official_time_s"]
    2490.0
    >>> text = b"race_date,official_distance\\n2027-05-02,marathon\\n"
    >>> read_corrections("races", "races.csv", text, "ana")["ana"][0]["activity_id"]
    '2027-05-02 42195 m'
    """
    header, lines = _opened(kind, name, content, athlete_id)
    by_athlete: dict[str, list[dict]] = {} if "athlete_id" in header else {athlete_id: []}
    seen = set()
    for line, row in lines:
        whose = row.get("athlete_id") or athlete_id
        try:
            is_planned = kind == "races" and not row.get("activity_id") and row.get("race_date")
            if not whose or not (row.get("activity_id") or is_planned):
                raise ValueError("activity_id or athlete is missing")
            check_athlete_id(whose)
            correction = _planned_race(row) if is_planned else _correction(kind, row)
            if (whose, correction["activity_id"]) in seen:
                raise ValueError(f"activity {correction['activity_id']} comes twice")
        except (ValueError, StrideError) as problem:
            sentence = str(problem).removesuffix(".")
            raise StrideError(f"{name}, line {line}: {sentence}.") from None
        seen.add((whose, correction["activity_id"]))
        by_athlete.setdefault(whose, []).append(correction)
    return by_athlete


def _opened(kind: str, name: str, content: bytes, athlete_id: str | None):
    header, lines = read_lines(content, name)
    choices = (*_REQUIRED[kind], ("activity_id", "withdrawn"))
    if not any(set(choice) <= set(header) for choice in choices):
        missing = [column for column in choices[0] if column not in header]
        raise StrideError(
            f"{name} lacks the column {', '.join(missing)}; it may have {', '.join(COLUMNS[kind])}."
        )
    if athlete_id:
        check_athlete_id(athlete_id)
    elif "athlete_id" not in header:
        raise StrideError(f"{name} has no column athlete_id: add --athlete ID.")
    return header, lines


def _correction(kind: str, row: dict) -> dict:
    correction = {"activity_id": row["activity_id"]}
    if _is_withdrawn(row):
        return correction | {"is_withdrawn": True}
    correction["note"] = row.get("note") or row.get("reason") or None
    if kind == "races":
        correction["is_race"] = _yes_or_no(row.get("is_race", ""), "is_race")
        if row.get("is_maximal"):
            correction["is_maximal"] = _yes_or_no(row["is_maximal"], "is_maximal")
        if row.get("official_distance"):
            correction["official_distance_m"] = _official_distance_m(row["official_distance"])
        if row.get("official_time"):
            correction["official_time_s"] = seconds(row["official_time"])
        if row.get("sport"):
            correction["sport_type"] = _sport(row["sport"])
    if kind == "loads":
        text = row.get("training_load", "")
        try:
            load = float(text)
        except ValueError:
            load = -1.0
        if not 0 <= load <= 2000:
            raise ValueError(f"training_load is {text!r}: write 0 to 2000")
        correction["training_load"] = load
    if kind == "sports":
        correction["sport_type"] = _sport(row.get("sport", ""))
    return correction


def _planned_race(row: dict) -> dict:
    try:
        day = date.fromisoformat(row["race_date"])
    except ValueError:
        raise ValueError(
            f"race_date is {row['race_date']!r}: write a day such as 2027-05-02"
        ) from None
    if not 1900 <= day.year <= 2199:
        raise ValueError(f"race_date is {row['race_date']!r}: write a day from 1900 to 2199")
    if not row.get("official_distance"):
        raise ValueError("a planned race needs its official_distance")
    distance_m = _official_distance_m(row["official_distance"])
    race = {"correction": PLANNED, "activity_id": f"{day} {distance_m:.10g} m"}
    if _is_withdrawn(row):
        return race | {"is_withdrawn": True}
    note = row.get("note") or row.get("reason") or None
    return race | {"official_distance_m": distance_m, "note": note}


def _sport(word: str) -> str:
    if (found := sports.known(word)) is None:
        raise ValueError(
            f"sport is {word!r}, which Stride does not know: write Run, Ride, Swim or another word "
            "of seeds/sports.csv"
        )
    return found


def _is_withdrawn(row: dict) -> bool:
    return bool(row.get("withdrawn")) and _yes_or_no(row["withdrawn"], "withdrawn")


def _yes_or_no(text: str, column: str) -> bool:
    if text.lower() not in _YES:
        raise ValueError(f"{column} is {text!r}: write yes or no")
    return _YES[text.lower()]


def _official_distance_m(text: str) -> float:
    distance_m = metres(text)
    if not 50 <= distance_m <= 1e6:
        raise ValueError(f"official_distance is {text!r}: write 50 m to 1000 km")
    return distance_m


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
    if len(parts) > 3 or min(numbers) < 0 or any(n >= 60 for n in numbers[1:]):
        value = math.nan
    if not 1 <= value <= 30 * 86400:
        raise ValueError(f"official_time is {text!r}: write h:mm:ss, m:ss or seconds")
    return value
