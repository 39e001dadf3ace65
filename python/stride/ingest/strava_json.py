"""Reads activities in the JSON format of Strava's API, saved by other programs.

A list of activities, one activity, one a line (NDJSON), or ``{"activity": ..., "streams": ...}``.
"""

import json
import math
from collections.abc import Callable
from datetime import datetime

from stride.errors import StrideError
from stride.ingest import cells, dates
from stride.ingest.rows import Rows
from stride.ingest.table import decode

RACES = {1, 11}
"""``workout_type`` of a race: 1 for a run, 11 for a ride."""

_MAPS = (
    {"map", "polyline", "summary_polyline", "recordedRoute", "samples", "locationName", "routes"}
    | {"latitude", "longitude", "startPosition", "stopPosition", "centerPosition"}
    | {f"{end}{what}" for end in ("start", "end") for what in ("Latitude", "Longitude")}
    | {f"{end}_{what}" for end in ("start", "end") for what in ("latlng", "latitude", "longitude")}
)
"""Keys that show where somebody was; at any depth, as segments have them too."""

_LISTS = ("activities", "workouts", "payload")
"""Keys below which a file may have its activities."""

_LARGEST_EXACT = 2**53


def read_rows(content: bytes, source_file: str) -> Rows:
    """Read every activity.

    Parameters
    ----------
    content : bytes
        JSON or NDJSON.
    source_file : str
        Used in messages.

    Returns
    -------
    Rows
        ``raw_row`` is the activity's own JSON without maps. Where the file has recordings, the row
        has them under ``streams``: name to list of values. Power is left out where Strava only
        estimated it (``device_watts`` is false). A line that is no activity is a row with
        ``unreadable_cells`` ``activity``.

    Raises
    ------
    StrideError
        If the file is not JSON or holds no activity.

    Examples
    --------
    >>> text = b'{"id": 1, "type": "Run", "start_date": "2026-08-16T14:30:46Z", "distance": "5e3"}'
    >>> (row,) = read_rows(text, "run.json").rows
    >>> row["activity_id"], row["distance_m"], row["started_at"].isoformat()
    ('1', 5000.0, '2026-08-16T14:30:46+00:00')
    """
    try:
        entries = read_entries(decode(content), source_file)
        rows = [read_row(entry, number) for number, entry in enumerate(entries, start=1)]
    except RecursionError:
        raise StrideError(
            f"{source_file} is not JSON of Strava: it is nested too deeply."
        ) from None
    keys = {key for entry in entries[:100] if isinstance(entry, dict) for key in entry}
    if not keys & {"start_date", "start_date_local", "resource_state", "activity"}:
        raise StrideError(_unknown(source_file, keys))
    if not any(_is_activity(_split(entry)[0]) for entry in entries):
        raise StrideError(
            f"{source_file} has no activity of Strava's API: an activity has at least an 'id' and "
            "a 'start_date'."
        )
    return Rows(rows, [], None)


def _unknown(source_file: str, keys: set[str]) -> str:
    has = f"it has {', '.join(sorted(keys)[:8])}" if keys else "it has no object"
    return (
        f"{source_file} is JSON that Stride does not know ({has}). It reads activities of Strava's "
        "API, intervals.icu, Garmin, Polar Flow, Suunto and Runalyze."
    )


def has_activity(content: bytes, source_file: str) -> bool:
    """Whether a file has an activity of Strava's API.

    Raises
    ------
    StrideError
        If it is not JSON.
    """
    entries = read_entries(decode(content), source_file)
    return any(_is_activity(_split(entry)[0]) for entry in entries)


def read_entries(text: str, source_file: str) -> list:
    """The entries of a JSON or NDJSON file, whosever they are."""
    try:
        found = _parsed(text)
    except ValueError as problem:
        lines = [line for line in text.splitlines() if line.strip()]
        found = [_parsed_line(line) for line in lines]
        if not any(isinstance(entry, dict) for entry in found):
            raise StrideError(f"{source_file} is not JSON ({problem}).") from None
    if isinstance(found, dict):
        lists = [found[key] for key in _LISTS if isinstance(found.get(key), list)]
        found = lists[0] if lists else found
    if isinstance(found, dict) and "errors" in found and "message" in found:
        raise StrideError(
            f"{source_file} is an error message of Strava instead of activities: "
            f"{str(found['message'])[:100]!r}; download it again."
        )
    return found if isinstance(found, list) else [found]


def _parsed(text: str) -> object:
    return json.loads(text, parse_constant=str)  # NaN is not JSON: a text, so no number


def _parsed_line(line: str) -> object:
    try:
        return _parsed(line)
    except ValueError:
        return line


def _split(entry: object) -> tuple[object, object]:
    """Activity and streams of one entry."""
    if isinstance(entry, dict) and isinstance(entry.get("activity"), dict) and "id" not in entry:
        return entry["activity"], entry.get("streams")
    if isinstance(entry, dict) and "streams" in entry:
        return {k: v for k, v in entry.items() if k != "streams"}, entry["streams"]
    return entry, None


def _is_activity(activity: object) -> bool:
    return isinstance(activity, dict) and "id" in activity and "start_date" in activity


def read_row(entry: object, number: int, columns: dict | None = None) -> dict:
    """Read one activity, as `read_rows` does.

    Parameters
    ----------
    entry : object
        What the JSON of one activity says, alone or as ``{"activity": ..., "streams": ...}``.
    number : int
        Its ``source_row_number``.
    columns : dict, optional
        Landed column to the keys of another platform and how they are read.

    Returns
    -------
    dict
    """
    activity, streams = _split(entry)
    row: dict = {}
    unreadable = []
    if isinstance(activity, dict):
        for landed, (key, read) in (columns or _COLUMNS).items():
            try:
                row[landed] = read(_first(activity, key))
            except (ValueError, OverflowError):
                row[landed] = None
                unreadable.append(landed)
        if activity.get("device_watts") is False:
            row |= {"avg_power_w": None, "weighted_power_w": None}
    else:
        unreadable.append("activity")
    if streams is not None:
        row["streams"] = _streams(streams)
        if row["streams"] is None:
            unreadable.append("streams")
    return row | {
        "unreadable_cells": ",".join(unreadable) or None,
        "raw_row": _whole(json.dumps(_without_maps(activity), ensure_ascii=False)),
        "source_row_number": number,
    }


def _first(activity: dict, keys: str) -> object:
    """The value of the first of the keys that is there."""
    return next((activity[key] for key in keys.split() if activity.get(key) is not None), None)


def _without_maps(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_maps(each) for key, each in value.items() if key not in _MAPS}
    if isinstance(value, list):
        return [_without_maps(each) for each in value]
    return value


def _streams(streams: object) -> dict[str, list] | None:
    """Name to values, of the three shapes in which streams are stored; None if it is none."""
    if isinstance(streams, list):  # the API's own: [{"type": "time", "data": [...]}, ...]
        streams = {
            each["type"]: each for each in streams if isinstance(each, dict) and "type" in each
        }
    if not isinstance(streams, dict):
        return None
    found = {
        str(name): each.get("data") if isinstance(each, dict) else each
        for name, each in streams.items()
    }
    return {name: values for name, values in found.items() if isinstance(values, list)} or None


# ---------------------------------------------------------------------------- values


def text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"not a text: {value!r}")
    return _whole(value.strip()) or None


def _whole(text: str) -> str:
    """Without halves of a surrogate pair, which JSON can hold and no file can."""
    return text.encode("utf-8", "replace").decode()


def identifier(value: object) -> str | None:
    if isinstance(value, bool | list | dict):
        raise ValueError(f"not an id: {value!r}")
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > _LARGEST_EXACT:
            raise ValueError(f"rounded by a program: {value!r}")
        value = int(value)
    return None if value is None else cells.identifier(str(value))


def number(value: object) -> float | None:
    if isinstance(value, str):
        return cells.number(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"not a number: {value!r}")
    return float(value)


def flag(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    return cells.flag(str(value))


def _race(value: object) -> bool | None:
    kind = number(value)
    return None if kind is None else kind in RACES


def time(read: Callable[[str], datetime | None]) -> Callable[[object], datetime | None]:
    return lambda value: read(text(value) or "")


def zone(value: object) -> str | None:
    return cells.time_zone(text(value) or "")


_COLUMNS: dict[str, tuple[str, Callable]] = {
    "activity_id": ("id", identifier),
    "name": ("name", text),
    "sport_type": ("sport_type type", text),
    "started_at": ("start_date", time(dates.instant)),
    "local_started_at": ("start_date_local", time(dates.clock)),
    "time_zone": ("timezone", zone),
    "elapsed_time_s": ("elapsed_time", number),
    "moving_time_s": ("moving_time", number),
    "distance_m": ("distance", number),
    "elevation_gain_m": ("total_elevation_gain", number),
    "avg_hr_bpm": ("average_heartrate", number),
    "max_hr_bpm": ("max_heartrate", number),
    "avg_power_w": ("average_watts", number),
    "weighted_power_w": ("weighted_average_watts", number),
    "temperature_c": ("average_temp", number),
    "relative_effort": ("suffer_score", number),
    "perceived_exertion": ("perceived_exertion", number),
    "is_race_flagged": ("workout_type", _race),
    "is_indoor": ("trainer", flag),
}
"""Landed column to the API's names for it, the better one first, and how it is read."""
