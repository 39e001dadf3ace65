"""Writes a pace plan as CSV, as a TCX course for a watch, and as a page with a wristband."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lxml import etree

from stride.raceday.course import Course
from stride.raceday.effects import RaceForecast, percent
from stride.raceday.plan import CutOff, Split, elapsed

_TCX = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
_FOOT_M = 0.3048


class RacePlan(NamedTuple):
    """Everything that the files of a race show."""

    athlete_id: str
    title: str
    """Of the course: untrusted text on one line."""
    day: str
    start: datetime | None
    distance_m: float
    course: Course
    forecast: RaceForecast
    model: str
    target_s: float
    """Time that the splits add up to: the forecast, or the goal."""
    target_is_goal: bool
    goal_s: float | None
    goal_chance: float | None
    splits: list[Split]
    cut_offs: list[CutOff]
    unit: str
    """``km`` or ``mi``."""
    unit_m: float

    @property
    def height_unit(self) -> str:
        """Unit of heights."""
        return "ft" if self.unit == "mi" else "m"

    def height(self, metres: float) -> float:
        """A height in the plan's unit."""
        return metres / _FOOT_M if self.unit == "mi" else metres


def as_csv(plan: RacePlan) -> str:
    """Write the splits as a table, one row per split.

    Returns
    -------
    str
        Columns ``split``, ``end_<unit>``, ``split_time_s``, ``pace_s_per_<unit>``,
        ``elapsed_time_s``, ``climb_m``, ``descent_m``, ``grade_pct``, ``advice``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = f"split end_{plan.unit} split_time_s pace_s_per_{plan.unit} elapsed_time_s".split()
    writer.writerow([*names, "climb_m", "descent_m", "grade_pct", "advice"])
    for split in plan.splits:
        row = (
            split.number,
            f"{split.end_m / plan.unit_m:.3f}",
            split.seconds,
            f"{split.pace_s(plan.unit_m):.1f}",
            split.clock_s,
            f"{split.climb_m:.0f}",
            f"{split.descent_m:.0f}",
            f"{100 * split.grade:.1f}",
            split.advice,
        )
        writer.writerow(row)
    return text.getvalue()


def as_tcx(plan: RacePlan) -> bytes | None:
    """Write the plan as a course whose points carry the planned times, for a virtual partner.

    Returns
    -------
    bytes or None
        None if the course has no positions.
    """
    course = plan.course
    if course.latitude is None or course.longitude is None:
        return None
    start = plan.start or datetime(2000, 1, 1)
    times = elapsed(course, plan.target_s)

    def below(parent, tag: str, text: str | None = None):
        element = etree.SubElement(parent, f"{{{_TCX}}}{tag}")
        element.text = text
        return element

    def position(parent, tag: str, at: int) -> None:
        element = below(parent, tag)
        below(element, "LatitudeDegrees", f"{course.latitude[at]:.7f}")
        below(element, "LongitudeDegrees", f"{course.longitude[at]:.7f}")

    def clock(seconds: float) -> str:
        return f"{start + timedelta(seconds=round(seconds)):%Y-%m-%dT%H:%M:%S}Z"

    root = etree.Element(f"{{{_TCX}}}TrainingCenterDatabase", nsmap={None: _TCX})
    node = below(below(root, "Courses"), "Course")
    below(node, "Name", plan.title[:15])
    lap = below(node, "Lap")
    below(lap, "TotalTimeSeconds", f"{round(plan.target_s)}")
    below(lap, "DistanceMeters", f"{course.length_m:.1f}")
    position(lap, "BeginPosition", 0)
    position(lap, "EndPosition", -1)
    below(lap, "Intensity", "Active")
    track = below(node, "Track")
    for at, (distance, height) in enumerate(zip(course.distance_m, course.altitude_m, strict=True)):
        point = below(track, "Trackpoint")
        below(point, "Time", clock(times[at]))
        position(point, "Position", at)
        below(point, "AltitudeMeters", f"{height:.1f}")
        below(point, "DistanceMeters", f"{distance:.1f}")
    for split in plan.splits:
        at = int(np.abs(course.distance_m - split.end_m).argmin())
        point = below(node, "CoursePoint")
        below(point, "Name", f"{plan.unit} {split.end_m / plan.unit_m:.4g}"[:10])
        below(point, "Time", clock(split.clock_s))
        position(point, "Position", at)
        below(point, "PointType", "Generic")
        below(point, "Notes", f"{_clock(split.clock_s)} {split.advice}".strip())
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def as_page(plan: RacePlan) -> str:
    """Write the plan as one HTML page that needs no network, with a wristband to print."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("stride.raceday", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"clock": _clock, "pace": _pace, "percent": percent}
    return environment.get_template("page.html.j2").render(plan=plan, profile=_profile(plan))


def write(plan: RacePlan, folder: Path) -> list[Path]:
    """Write all files of a plan.

    Parameters
    ----------
    plan : RacePlan
    folder : Path
        Made if it does not exist; files of an earlier plan are replaced.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "plan.html": as_page(plan).encode(),
        "plan.csv": as_csv(plan).encode(),
        "course.tcx": as_tcx(plan),
    }
    written = []
    for name, content in contents.items():
        if content is not None:
            (folder / name).write_bytes(content)
            written.append(folder / name)
    return written


def _clock(seconds: float) -> str:
    minutes, second = divmod(round(abs(seconds)), 60)
    sign = "\N{MINUS SIGN}" if round(seconds) < 0 else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{second:02}"


def _pace(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"


def _profile(plan: RacePlan, width: int = 900, height: int = 180) -> dict:
    """Heights and the pace of each split, as shapes of a picture of that size."""
    course = plan.course
    x = course.distance_m / course.length_m * width
    low, high = float(course.altitude_m.min()), float(course.altitude_m.max())
    reach = max(high - low, 20.0)
    y = height - 10 - (course.altitude_m - low) / reach * (height - 70)
    keep = np.linspace(0, len(x) - 1, min(len(x), 600)).astype(int)
    line = " ".join(f"{x[at]:.1f},{y[at]:.1f}" for at in keep)
    paces = np.array([split.pace_s(plan.unit_m) for split in plan.splits])
    slow, fast = float(paces.max()), float(paces.min())
    steps = []
    for split, pace in zip(plan.splits, paces, strict=True):
        left, right = (edge / course.length_m * width for edge in (split.start_m, split.end_m))
        top = 12 + (pace - fast) / max(slow - fast, 10.0) * 40
        steps.append({"x": left, "width": max(right - left - 1, 0.5), "y": top, "pace": pace})
    return {
        "width": width,
        "height": height,
        "line": line,
        "steps": steps,
        "fast_s": fast,
        "slow_s": slow,
        "low": plan.height(low),
        "high": plan.height(high),
    }
