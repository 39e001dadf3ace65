"""Reads Apple Health's ``export.xml`` as a stream: workouts with heart rate, and daily wellness.

Exports can be gigabytes long, so only the needed parts of each element are kept.
"""

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import IO, NamedTuple

import numpy as np
from lxml import etree

from stride.errors import StrideError
from stride.ingest import cells
from stride.ingest.device.measures import heart_rate_seconds
from stride.ingest.device.sports import xml_sport
from stride.ingest.device.text import number
from stride.ingest.device.timer import gap_limit

_ACTIVITY = "HKWorkoutActivityType"
_QUANTITY = "HKQuantityTypeIdentifier"
_METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "cm": 0.01}
_SECONDS = {"min": 60.0, "s": 1.0, "sec": 1.0, "hr": 3600.0, "h": 3600.0}
_KILOGRAMS = {"kg": 1.0, "lb": 0.45359237, "g": 0.001, "st": 6.35029318}
_DAILY = {
    f"{_QUANTITY}RestingHeartRate": "resting_hr_bpm",
    f"{_QUANTITY}BodyMass": "weight_kg",
    f"{_QUANTITY}HeartRateVariabilitySDNN": "hrv_ms",
}
_FORBIDDEN = (b"<!ENTITY", b"<!NOTATION")


class Health(NamedTuple):
    """What an export holds."""

    workouts: list[dict]
    """Rows of `schema.SUMMARY`, with ``heart_rate_seconds`` where samples were recorded."""
    wellness: list[dict]
    """Rows of `schema.WELLNESS`."""
    sport_of_route: dict[str, str]
    """Name of a GPX file of a route to the sport of its workout."""


def is_export(start: bytes) -> bool:
    """Whether a file is Apple's, by its first bytes.

    Examples
    --------
    >>> is_export(b'<?xml version="1.0"?><HealthData locale="en_US">'), is_export(b"<gpx/>")
    (True, False)
    """
    return b"<HealthData" in start or b"<!DOCTYPE HealthData" in start


def read_export(stream: IO[bytes], name: str) -> Health:
    """Read an export.

    Parameters
    ----------
    stream : binary file
        Unpacked; need not be seekable.
    name : str
        For messages.

    Returns
    -------
    Health

    Raises
    ------
    StrideError
        If it declares entities or can't be parsed at all.

    Examples
    --------
    >>> import io
    >>> text = b'''<HealthData><Workout workoutActivityType="HKWorkoutActivityTypeRunning"
    ... startDate="2024-01-05 08:00:00 +0100" endDate="2024-01-05 08:30:00 +0100"/></HealthData>'''
    >>> (row,) = read_export(io.BytesIO(text), "export.xml").workouts
    >>> row["sport_type"], row["elapsed_time_s"], row["started_at"].isoformat()
    ('Run', 1800.0, '2024-01-05T07:00:00+00:00')
    """
    workouts, routes = [], {}
    beats: list[tuple[float, float]] = []
    days: dict[tuple[date, str], list[float]] = defaultdict(list)
    sleep: dict[tuple[date, str], float] = defaultdict(float)
    try:
        for element in _elements(_Guarded(stream, name)):
            if element.tag == "Workout":
                row, paths = _workout(element, len(workouts) + 1)
                workouts.append(row)
                routes |= dict.fromkeys(paths, row["sport_type"])
            else:
                _record(element, beats, days, sleep)
    except etree.XMLSyntaxError as problem:
        if not workouts and not days:
            raise StrideError(f"{name} can't be parsed ({problem}): export it again.") from None
    _add_heart_rates(workouts, beats)
    routes = {path: sport for path, sport in routes.items() if sport}
    return Health(workouts, _wellness(days, sleep), routes)


class _Guarded:
    """The stream, refused where its document type declares entities."""

    def __init__(self, stream: IO[bytes], name: str):
        self.stream, self.name, self.is_checked = stream, name, False

    def read(self, size: int = -1) -> bytes:
        part = self.stream.read(size)
        if not self.is_checked:
            # The declarations come first, and Apple's own fill 10 kB.
            part += self.stream.read(65536)
            self.is_checked = True
            if any(word in part for word in _FORBIDDEN):
                raise StrideError(f"{self.name} declares entities: refused.")
        return part


def _elements(stream):
    """Workouts and records, one after the other; what was read is forgotten."""
    parser = etree.iterparse(
        stream,
        events=("end",),
        tag=("Workout", "Record"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        recover=True,
    )
    for _, element in parser:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None


def _workout(element, place: int) -> tuple[dict, list[str]]:
    start, end = _moment(element.get("startDate")), _moment(element.get("endDate"))
    duration = _scaled(element.get("duration"), element.get("durationUnit") or "min", _SECONDS)
    facts = {each.get("key"): each.get("value") for each in element.iter("MetadataEntry")}
    row = {
        "activity_id": start and f"apple:{start.astimezone(UTC):%Y%m%dT%H%M%S}",
        "sport_type": xml_sport((element.get("workoutActivityType") or "").removeprefix(_ACTIVITY)),
        "started_at": start and start.astimezone(UTC),
        "local_started_at": start and start.replace(tzinfo=UTC),
        "time_zone": _zone(facts.get("HKTimeZone")),
        "elapsed_time_s": (end - start).total_seconds() if start and end else duration,
        "moving_time_s": duration,
        "distance_m": _scaled(
            element.get("totalDistance"), element.get("totalDistanceUnit"), _METRES
        ),
        "is_indoor": {"1": True, "0": False}.get(facts.get("HKIndoorWorkout")),
        "unreadable_cells": None if start else "started_at",
        "source_row_number": place,
    }
    if climb := (facts.get("HKElevationAscended") or "").split():
        row["elevation_gain_m"] = _scaled(climb[0], climb[-1], _METRES)
    for each in element.iter("WorkoutStatistics"):
        kind = (each.get("type") or "").removeprefix(_QUANTITY)
        if kind == "HeartRate":
            row["avg_hr_bpm"] = _known(number(each.get("average")))
            row["max_hr_bpm"] = _known(number(each.get("maximum")))
        elif kind == "RunningPower":
            row["avg_power_w"] = _known(number(each.get("average")))
        elif kind.startswith("Distance"):
            row["distance_m"] = _scaled(each.get("sum"), each.get("unit"), _METRES)
    source = (element.get("sourceName") or "")[:60]
    said = {key: element.get(key) for key in ("workoutActivityType", "startDate", "endDate")}
    row["raw_row"] = json.dumps(said | {"source": source}, ensure_ascii=False)
    paths = [each.get("path") or "" for each in element.iter("FileReference")]
    return row, [path.rsplit("/", 1)[-1] for path in paths]


def _record(element, beats: list, days: dict, sleep: dict) -> None:
    kind = element.get("type")
    if kind == f"{_QUANTITY}HeartRate":
        moment, value = _moment(element.get("startDate")), number(element.get("value"))
        if moment and 30 <= value <= 230:
            beats.append((moment.timestamp(), value))
    elif kind in _DAILY:
        moment, value = _moment(element.get("startDate")), number(element.get("value"))
        if kind.endswith("BodyMass"):
            value = _scaled(element.get("value"), element.get("unit"), _KILOGRAMS)
        if moment and value and value == value:
            days[(moment.date(), _DAILY[kind])].append(value)
    elif kind == "HKCategoryTypeIdentifierSleepAnalysis" and "Asleep" in element.get("value", ""):
        start, end = _moment(element.get("startDate")), _moment(element.get("endDate"))
        if start and end and end > start:
            # A night is that of the morning on which it ends.
            night = (end.date(), element.get("sourceName") or "")
            sleep[night] += (end - start).total_seconds() / 3600


def _add_heart_rates(workouts: list[dict], beats: list[tuple[float, float]]) -> None:
    """Time at each heart rate; mean and maximum where Apple sums up none."""
    if not beats:
        return
    times, rates = np.array(sorted(beats)).T
    for row in workouts:
        if not row["started_at"] or not row["elapsed_time_s"]:
            continue
        began = row["started_at"].timestamp()
        first, last = np.searchsorted(times, (began, began + row["elapsed_time_s"]))
        time_s, where = np.unique(times[first:last] - began, return_index=True)
        bpm = rates[first:last][where]
        if len(time_s) < 2:
            continue
        row["heart_rate_seconds"] = heart_rate_seconds(time_s, bpm, gap_limit(time_s))
        row["avg_hr_bpm"] = row.get("avg_hr_bpm") or float(np.mean(bpm))
        row["max_hr_bpm"] = row.get("max_hr_bpm") or float(np.max(bpm))


def _wellness(days: dict, sleep: dict) -> list[dict]:
    found = {key: float(np.mean(values)) for key, values in days.items()}
    # A watch and a phone see the same night: the longer one counts.
    for (day, _), hours in sleep.items():
        found[(day, "sleep_h")] = max(hours, found.get((day, "sleep_h"), 0.0))
    return [
        {"day": day, "measure": measure, "value": value, "source": "apple_health"}
        for (day, measure), value in sorted(found.items())
    ]


def _scaled(text: str | None, unit: str | None, factors: dict[str, float]) -> float | None:
    value = number(text)
    return value * factors[unit] if value == value and unit in factors else None


def _zone(text: str | None) -> str | None:
    try:
        return cells.time_zone(text or "")
    except ValueError:
        return None


def _known(value: float) -> float | None:
    return value if value == value and value > 0 else None
