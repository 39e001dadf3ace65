"""GPX: one session per track whose points tell the time."""

from stride.ingest.device import sports
from stride.ingest.device.points import read_points
from stride.ingest.device.problem import Unreadable
from stride.ingest.device.session import Session, build, tidy_text
from stride.ingest.device.text import offset_s, unix_time

COLUMN_OF = {
    "time": "time",
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence_rpm",
    "cadence": "cadence_rpm",
    "power": "power_w",
    "watts": "power_w",
    "powerinwatts": "power_w",
    "atemp": "temperature_c",
    "speed": "speed_mps",
}
ATTRIBUTES = {"lat": "latitude", "lon": "longitude"}


def read_gpx(name: str, root, warnings: list[str], clocks_s=(), written_s=()) -> list[Session]:
    """Read every track of a parsed file, its segments joined; routes are plans, not recordings.

    Raises
    ------
    Unreadable
        ``no_records`` or ``no_times``, if no track could be read.
    """
    sessions, reason = [], None
    written = root.findtext("{*}metadata/{*}time") or root.findtext("{*}time")
    clocks = {"clocks_s": clocks_s, "written_s": [*written_s, unix_time(written)]}
    for track in root.iter("{*}trk"):
        try:
            sessions.append(_read_track(name, track, root.get("creator"), warnings, clocks))
        except Unreadable as problem:
            # A track with points but no times says more than an empty one beside it.
            if reason is None or problem.problem.code == "no_times":
                reason = problem
    if not sessions and reason is None and next(root.iter("{*}rte", "{*}wpt"), None) is not None:
        raise Unreadable("not_an_activity", f"{name} holds a route or places, not an activity.")
    if not sessions:
        raise reason or Unreadable("no_records", f"{name} contains no track.")
    return sessions


def _read_track(name: str, track, creator: str | None, warnings: list[str], clocks) -> Session:
    times, columns, first_time = read_points(track.iter("{*}trkpt"), COLUMN_OF, ATTRIBUTES)
    if not times:
        raise Unreadable("no_records", f"{name} contains a track without points.")
    device, sport = tidy_text(creator), track.findtext("{*}type")
    sport_type = sports.virtual(sports.xml_sport(sport), device)
    is_virtual = (sport_type or "").startswith("Virtual")
    return build(
        times,
        columns,
        file=name,
        file_format="gpx",
        sport_type=sport_type,
        name=tidy_text(track.findtext("{*}name")),
        is_indoor=is_virtual,  # a point without a position is no point
        utc_offset_s=offset_s(first_time),
        unread_time=first_time,
        **clocks,
        said={"device": device, "sport": tidy_text(sport)},
        warnings=warnings,
    )
