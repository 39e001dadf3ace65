"""Assigns ids to activities of a table without ids: the start, and a number for equal starts.

Two rows of one start are one activity if they agree in sport, distance and time, as two recordings
of one workout do in `silver.stg_same_workouts`. A row of a later import is a version of a known
activity if it agrees as well, or if either its distance or its time is unchanged.
"""

import hashlib
import re
from collections import defaultdict
from itertools import count
from math import log
from pathlib import Path
from typing import NamedTuple

from stride.ingest import landing as landed

_COLUMNS = [
    *("activity_id", "source_kind", "sport_type", "distance_m", "elapsed_time_s", "moving_time_s"),
    *("row_hash", "ingested_at", "content_hash", "source_row_number"),
]

_STARTED = re.compile(r"(?P<start>.*[0-9]{8}T[0-9]{6})(-[0-9]+)?", re.DOTALL)


class _Run(NamedTuple):
    sport: str | None
    distance_m: float | None
    time_s: float | None


def name_by_start(landing: Path, athlete_id: str, rows: list[dict]) -> None:
    """Number the activities that share a start, where ``activity_id`` is the start.

    What landed before keeps its id. Of activities that are new, the last in the table keeps the
    start alone, so that the activity that counted before rows were numbered keeps its id.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    rows : list of dict
        Rows of one import, as `mapped_csv.read_rows` returns them. ``activity_id`` is changed
        where it is a start, and stays where the source has ids.
    """
    known = _latest(landing, athlete_id)
    by_start: dict[str, list[dict]] = defaultdict(list)
    for row in reversed(rows):
        if _STARTED.fullmatch(row.get("activity_id") or ""):
            by_start[row["activity_id"]].append(row)
    for start, same_start in by_start.items():
        activities = _activities(same_start)
        names = _known_names(activities, known.get(start, {}))
        free = (name for name in _names(start) if name not in known.get(start, {}))
        for at, members in enumerate(activities):
            name = names.get(at) or next(free)
            for row in members:
                row["activity_id"] = name


def _names(start: str):
    """``start``, ``start-2``, ``start-3`` and so on."""
    yield start
    for number in count(2):
        yield f"{start}-{number}"


def _latest(landing: Path, athlete_id: str) -> dict[str, dict[str, dict]]:
    """Start to id to the latest landed row of it."""
    found: dict[str, dict[str, dict]] = defaultdict(dict)
    rows = [
        row
        for row in landed.read(landing, "activities", athlete_id, _COLUMNS)
        if row["source_kind"] == "csv" and row["activity_id"]
    ]
    # The latest row is the one that stg_activity_versions takes.
    rows.sort(key=lambda row: row["source_row_number"])
    rows.sort(key=lambda row: row["content_hash"], reverse=True)
    for row in sorted(rows, key=lambda row: row["ingested_at"]):
        if parts := _STARTED.fullmatch(row["activity_id"]):
            found[parts["start"]][row["activity_id"]] = row
    return found


def _activities(rows: list[dict]) -> list[list[dict]]:
    """Rows of one table and start, those of one activity together."""
    activities: list[list[dict]] = []
    for row in rows:
        for members in activities:
            if _agree(_run(row), _run(members[0])) and _run(row).sport == _run(members[0]).sport:
                members.append(row)
                break
        else:
            activities.append([row])
    return activities


def _known_names(activities: list[list[dict]], known: dict[str, dict]) -> dict[int, str]:
    """Position of an activity to the id of the known activity that it is; the closest first."""
    names: dict[int, str] = {}
    unchanged = {before["row_hash"]: name for name, before in known.items()}
    for at, members in enumerate(activities):
        name = next(filter(None, (unchanged.pop(_digest(row), None) for row in members)), None)
        if name:
            names[at] = name
    pairs = []
    changed = [(name, _run(row)) for name, row in known.items() if name not in names.values()]
    for at, members in enumerate(activities):
        run = _run(members[0])
        for name, before in changed if at not in names else ():
            if _agree(run, before) and _has_same_kind(run, before):
                pairs.append((0, _difference(run, before), at, name))
            elif _is_edited(run, before):
                pairs.append((1, _difference(run, before), at, name))
    for _, _, at, name in sorted(pairs):
        if at not in names and name not in names.values():
            names[at] = name
    return names


def _digest(row: dict) -> str:
    return row.get("row_hash") or hashlib.sha256((row.get("raw_row") or "").encode()).hexdigest()


def _run(row: dict) -> _Run:
    time = row.get("elapsed_time_s") or row.get("moving_time_s")
    return _Run(row.get("sport_type"), row.get("distance_m"), time)


def _agree(one: _Run, other: _Run) -> bool:
    """Whether distance and time are near each other; what is missing may be anything."""
    return _is_near(one.distance_m, other.distance_m, 200.0, 0.1) is not False and (
        _is_near(one.time_s, other.time_s, 60.0, 0.2) is not False
    )


def _has_same_kind(one: _Run, other: _Run) -> bool:
    """Whether it may be one activity whose sport was edited: both have a distance, or neither."""
    return one.sport == other.sport or bool(one.distance_m) == bool(other.distance_m)


def _is_edited(one: _Run, other: _Run) -> bool:
    """Whether distance or time is unchanged, and the sport too."""
    return one.sport == other.sport and bool(
        _is_near(one.distance_m, other.distance_m, 1.0, 0.0)
        or _is_near(one.time_s, other.time_s, 1.0, 0.0)
    )


def _is_near(one: float | None, other: float | None, apart: float, share: float) -> bool | None:
    if one is None or other is None:
        return None
    return abs(one - other) <= max(apart, share * max(one, other))


def _difference(one: _Run, other: _Run) -> float:
    pairs = ((one.distance_m, other.distance_m), (one.time_s, other.time_s))
    return sum(abs(log(a / b)) for a, b in pairs if a and b and a > 0 and b > 0)
