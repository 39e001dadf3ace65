"""What of an athlete's activities has landed from Strava's API, and how much of each."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from stride.ingest import landing as landed

KIND = "strava_api"

DETAILS, STREAMS = "details", "streams"
"""What can be known of an activity beyond the line in the list."""

# fmt: off
_SAYS = (
    "id", "name", "type", "sport_type", "workout_type", "start_date", "start_date_local",
    "timezone", "utc_offset", "elapsed_time", "moving_time", "distance",
    "total_elevation_gain", "elev_high", "elev_low", "average_speed", "max_speed",
    "average_cadence", "average_watts", "weighted_average_watts", "max_watts", "device_watts",
    "kilojoules", "has_heartrate", "average_heartrate", "max_heartrate", "average_temp",
    "suffer_score", "trainer", "commute", "manual", "private", "visibility", "flagged",
    "gear_id", "external_id", "upload_id", "device_name",
)
# fmt: on
"""What makes an activity another one. Kudos, comments and ranks are not among it: they change for
weeks, and say nothing of the workout."""


class Known(NamedTuple):
    """The last row that landed of an activity."""

    row_hash: str
    started_at: datetime | None
    parts: frozenset[str]
    """Of `DETAILS` and `STREAMS`."""


def fingerprint(activity: dict, parts: frozenset[str] = frozenset()) -> str:
    """Hash of what an activity says, as the list of activities tells it.

    Parameters
    ----------
    activity : dict
        From the list, also where the row holds more.
    parts : frozenset of str
        What else the row holds.

    Returns
    -------
    str
        Hexadecimal SHA-256.

    Examples
    --------
    >>> fingerprint({"id": 1, "name": "Run"}) == fingerprint({"id": 1, "name": "Run", "kudos": 3})
    True
    >>> fingerprint({"id": 1}) == fingerprint({"id": 1}, frozenset({"details"}))
    False
    """
    says = [sorted(parts), [activity.get(key) for key in _SAYS]]
    return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()


def source_file(parts: frozenset[str]) -> str:
    """Name of the source that a row with these parts has in the landing.

    Examples
    --------
    >>> source_file(frozenset()), source_file(frozenset({"streams", "details"}))
    ('athlete/activities', 'activities/id+streams')
    """
    base = "activities/id" if DETAILS in parts else "athlete/activities"
    return base + "+streams" * (STREAMS in parts)


_PARTS = {
    source_file(frozenset(parts)): frozenset(parts)
    for parts in ((), (DETAILS,), (STREAMS,), (DETAILS, STREAMS))
}


def read_known(landing: Path, athlete_id: str) -> dict[str, Known]:
    """Activities that exist at Strava as far as landed rows tell, with the last row of each.

    Parameters
    ----------
    landing : Path
    athlete_id : str

    Returns
    -------
    dict of str to Known
        By activity.
    """
    columns = ["activity_id", "source_kind", "row_hash", "started_at", "source_file", "ingested_at"]
    latest: dict[str, dict] = {}
    for row in landed.read(landing, "activities", athlete_id, columns):
        if row["source_kind"] != KIND or not row["activity_id"]:
            continue
        before = latest.get(row["activity_id"])
        if before is None or row["ingested_at"] >= before["ingested_at"]:
            latest[row["activity_id"]] = row
    for mark in landed.read(landing, "deletions", athlete_id, ["activity_id", "ingested_at"]):
        row = latest.get(mark["activity_id"])
        if row and mark["ingested_at"] > row["ingested_at"]:
            del latest[mark["activity_id"]]
    return {
        activity_id: Known(
            row["row_hash"], row["started_at"], _PARTS.get(row["source_file"], frozenset())
        )
        for activity_id, row in latest.items()
    }


def read_raw(landing: Path, athlete_id: str, wanted: set[str]) -> dict[str, dict]:
    """What Strava last said of some activities.

    Returns
    -------
    dict of str to dict
        Activity to its JSON, without maps.
    """
    columns = ["activity_id", "source_kind", "raw_row", "ingested_at"]
    found: dict[str, tuple[datetime, str]] = {}
    for row in landed.read(landing, "activities", athlete_id, columns):
        key = row["activity_id"]
        if row["source_kind"] != KIND or key not in wanted:
            continue
        if key not in found or row["ingested_at"] >= found[key][0]:
            found[key] = (row["ingested_at"], row["raw_row"])
    return {key: json.loads(raw) for key, (_, raw) in found.items()}
