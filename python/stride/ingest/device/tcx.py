"""Garmin's Training Center XML: one session per Activity."""

from math import nan

import numpy as np

from stride.ingest.device import sports
from stride.ingest.device.points import read_points
from stride.ingest.device.problem import Unreadable
from stride.ingest.device.session import Session, build, tidy_text
from stride.ingest.device.text import number, offset_s, unix_time

COLUMN_OF = {
    "time": "time",
    "distancemeters": "distance_m",
    "altitudemeters": "altitude_m",
    "value": "heart_rate_bpm",  # the only value below a Trackpoint is that of HeartRateBpm
    "cadence": "cadence_rpm",
    "runcadence": "cadence_rpm",
    "latitudedegrees": "latitude",
    "longitudedegrees": "longitude",
    "speed": "speed_mps",
    "watts": "power_w",
}


def read_tcx(name: str, root, warnings: list[str], clocks_s=(), written_s=()) -> list[Session]:
    """Read every activity of a parsed file; courses are no activities.

    Raises
    ------
    Unreadable
        ``no_records`` or ``no_times``, if no activity could be read.
    """
    sessions, reason = [], None
    for activity in root.iter("{*}Activity"):
        try:
            sessions.append(_read_activity(name, activity, warnings, clocks_s, written_s))
        except Unreadable as problem:
            reason = problem
    if (
        not sessions
        and reason is None
        and next(root.iter("{*}Course", "{*}Workout"), None) is not None
    ):
        raise Unreadable("not_an_activity", f"{name} holds a course or a plan, not an activity.")
    if not sessions:
        raise reason or Unreadable("no_records", f"{name} holds no activity.")
    return sessions


def _read_activity(name: str, activity, warnings: list[str], clocks_s, written_s) -> Session:
    times, columns, first_time = read_points(activity.iter("{*}Trackpoint"), COLUMN_OF)
    laps = list(activity.iter("{*}Lap"))
    start = laps[0].get("StartTime") if laps else None
    totals = {
        "timer_time_s": _sum(laps, "TotalTimeSeconds"),
        "distance_m": _sum(laps, "DistanceMeters"),
    }
    if not times and not totals["timer_time_s"]:
        raise Unreadable("no_records", f"{name} holds an activity without a single sample.")
    device = tidy_text(activity.findtext("{*}Creator/{*}Name"))
    sport = activity.get("Sport")
    sport_type = sports.virtual(sports.xml_sport(sport), device)
    started = unix_time(start)
    return build(
        times,
        columns,
        file=name,
        start_s=started if started == started else None,
        file_format="tcx",
        sport_type=sport_type,
        name=tidy_text(activity.findtext("{*}Notes")),
        is_indoor=_is_indoor(sport_type, columns),
        utc_offset_s=offset_s(start or first_time),
        unread_time=first_time or start,
        written_s=written_s,
        clocks_s=[*clocks_s, unix_time(activity.findtext("{*}Id"))],
        totals={key: value for key, value in totals.items() if value is not None},
        said={"device": device, "sport": tidy_text(sport), "laps": len(laps)},
        warnings=warnings,
    )


def _is_indoor(sport_type: str | None, columns: dict) -> bool | None:
    if (sport_type or "").startswith("Virtual"):
        return True
    if np.isfinite(columns.get("latitude", nan)).any():
        return False
    measured = np.nanmax(columns.get("distance_m", [0]), initial=0) > 0
    return True if measured and (sports.on_foot(sport_type) or sports.riding(sport_type)) else None


def _sum(laps: list, tag: str) -> float | None:
    """Add up a total over laps; None if a lap lacks it."""
    values = [number(lap.findtext(f"{{*}}{tag}")) for lap in laps]
    total = sum(values)
    return total if values and total == total and total > 0 else None
