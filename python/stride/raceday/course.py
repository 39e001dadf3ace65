"""Reads the course of a race from a GPX, TCX or FIT file: distance, height and position."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from stride.errors import StrideError
from stride.ingest import archive
from stride.ingest.device.distance import great_circle_steps
from stride.ingest.device.points import read_points
from stride.ingest.device.problem import Unreadable
from stride.ingest.device.reading import looks_like_xml
from stride.ingest.device.safe_xml import local_name, parse
from stride.ingest.device.session import tidy_text

STEP_M = 20.0
"""Distance between the points of a course that is read."""

_SHORT, _LONG = 5, 11
"""Points in the moving average, applied twice: about 100 m, and 220 m where heights are noisy."""
_NOISY_M = 1.0
_CLIMB_M = 2.0
"""A rise smaller than this is noise."""
_LARGEST_BYTES = 64 * 1024**2
_LONGEST_M = 500_000.0
_COLUMN_OF = {
    "time": "time",
    "ele": "altitude_m",
    "altitudemeters": "altitude_m",
    "distancemeters": "distance_m",
    "latitudedegrees": "latitude",
    "longitudedegrees": "longitude",
}
_POINTS = ("trkpt", "rtept", "Trackpoint")
"""In this order: a track has more points than the route beside it."""


class Course(NamedTuple):
    """A course, one point every 20 m or so."""

    name: str
    """Of the file's own name for it; untrusted text on one line."""
    distance_m: np.ndarray
    """From 0 to the length of the course, evenly spaced."""
    altitude_m: np.ndarray
    """Smoothed; all 0 where the file has no heights."""
    latitude: np.ndarray | None
    longitude: np.ndarray | None
    has_heights: bool

    @property
    def length_m(self) -> float:
        """Length, metres."""
        return float(self.distance_m[-1])

    @property
    def grade(self) -> np.ndarray:
        """Rise over run of each step, one fewer than there are points."""
        return np.diff(self.altitude_m) / np.diff(self.distance_m)

    @property
    def climb_m(self) -> float:
        """Metres climbed, see `climb`."""
        return climb(self.altitude_m)


def read_course(path: Path) -> Course:
    """Read a course from a GPX, TCX or FIT file; tracks, routes and recordings alike.

    Heights are smoothed by a moving average over about 100 m, applied twice; over 220 m if
    neighbouring heights scatter by more than 1 m, as those of a phone's GPS do.

    Parameters
    ----------
    path : Path
        ``.gz``, or a zip with one such file, may be given too.

    Returns
    -------
    Course

    Raises
    ------
    StrideError
        One sentence: the file can't be read, or it has no course.
    """
    entries = archive.list_files(path).entries
    if len(entries) != 1:
        raise StrideError(f"{path.name} holds {len(entries)} files: give the one with the course.")
    content = archive.read(entries[0])
    if len(content) > _LARGEST_BYTES:
        raise StrideError(f"{path.name} is larger than any course: export the course alone.")
    try:
        name, columns = _columns(path.name, content)
    except Unreadable as problem:
        raise StrideError(str(problem.problem.detail)) from None
    return _course(path.name, name, columns)


def _columns(file: str, content: bytes) -> tuple[str | None, dict[str, np.ndarray]]:
    if content[8:12] == b".FIT":
        from stride.ingest.device.fit import read_track

        return read_track(content)
    if not content or not looks_like_xml(content):
        raise StrideError(f"{file} is no GPX, TCX or FIT file.")
    root, _ = parse(file, content)
    points = {tag: [] for tag in _POINTS}
    for element in root.iter():
        if isinstance(element.tag, str) and (tag := local_name(element.tag)) in points:
            points[tag].append(element)
    tag = next((tag for tag in _POINTS if len(points[tag]) > 1), None)
    if tag is None:
        raise StrideError(f"{file} has no course: it has no track and no route with points.")
    attributes = {"lat": "latitude", "lon": "longitude"} if tag != "Trackpoint" else {}
    _, columns, _ = read_points(points[tag], _COLUMN_OF, attributes)
    name = next((element.text for element in root.iter("{*}name", "{*}Name") if element.text), None)
    return name, columns


def _course(file: str, name: str | None, columns: dict[str, np.ndarray]) -> Course:
    latitude, longitude = columns.get("latitude"), columns.get("longitude")
    distance = columns.get("distance_m")
    if latitude is not None and longitude is not None:
        known = (np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0)
        known &= (latitude != 0.0) | (longitude != 0.0)
        steps = great_circle_steps(latitude[known], longitude[known])
    elif distance is not None:
        known = np.isfinite(distance)
        steps = np.maximum(np.diff(distance[known]), 0.0)
    else:
        raise StrideError(f"{file} has points without positions and distances.")
    line = np.concatenate([[0.0], np.cumsum(steps)]) if known.any() else np.zeros(1)
    if not 100.0 <= line[-1] <= _LONGEST_M:
        raise StrideError(f"{file} is {line[-1] / 1000:.1f} km long: a course has 0.1 to 500 km.")
    new = np.concatenate([[True], np.diff(line) > 0.0])
    count = max(round(line[-1] / STEP_M), 2) + 1
    evenly = np.linspace(0.0, line[-1], count)

    def along(values: np.ndarray | None) -> np.ndarray | None:
        if values is None:
            return None
        values = values[known][new]
        finite = np.isfinite(values)
        if finite.sum() < 2:
            return None
        return np.interp(evenly, line[new][finite], values[finite])

    altitude = columns.get("altitude_m")
    if altitude is not None:
        altitude = np.where(np.abs(altitude) < 9000.0, altitude, np.nan)
    heights = along(altitude)
    return Course(
        tidy_text(name) or Path(file).stem,
        evenly,
        np.zeros(count) if heights is None else smoothed(heights),
        along(latitude),
        along(longitude),
        heights is not None,
    )


def smoothed(altitude_m: np.ndarray) -> np.ndarray:
    """Smooth heights that lie 20 m apart: see `read_course`.

    Parameters
    ----------
    altitude_m : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> float(np.ptp(smoothed(np.arange(0.0, 50.0))).round(6))  # a steady slope stays as it is
    49.0
    """
    if len(altitude_m) < 2 * _LONG:
        return altitude_m
    scatter = np.std(np.diff(altitude_m, 2)) / np.sqrt(6.0)
    points = _LONG if scatter > _NOISY_M else _SHORT
    for _ in range(2):
        half = points // 2
        padded = np.pad(altitude_m, half, mode="reflect", reflect_type="odd")
        altitude_m = np.convolve(padded, np.full(points, 1.0 / points), mode="valid")
    return altitude_m


def climb(altitude_m: np.ndarray) -> float:
    """Metres climbed; rises of less than 2 m between two falls do not count.

    Examples
    --------
    >>> climb(np.array([0.0, 10.0, 9.0, 20.0, 0.0]))
    20.0
    """
    total, low, high = 0.0, altitude_m[0], altitude_m[0]
    for height in altitude_m[1:]:
        high = max(high, height)
        if height < high - _CLIMB_M:
            total += high - low if high - low >= _CLIMB_M else 0.0
            low = high = height
        elif height < low:
            low = high = height
    return float(total + (high - low if high - low >= _CLIMB_M else 0.0))
