"""Looks up which activities of an athlete have landed from Strava's API, and with which parts."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from stride.ingest import landing as landed

KIND = "strava_api"

DETAILS, STREAMS = "details", "streams"
"""Parts of an activity beyond its entry in the list."""

# fmt: off
_COMPARED_KEYS = (
    "id", "name", "type", "sport_type", "workout_type", "start_date", "start_date_local",
    "timezone", "utc_offset", "elapsed_time", "moving_time", "distance",
    "total_elevation_gain", "elev_high", "elev_low", "average_speed", "max_speed",
    "average_cadence", "average_watts", "weighted_average_watts", "max_watts", "device_watts",
    "kilojoules", "has_heartrate", "average_heartrate", "max_heartrate", "average_temp",
    "suffer_score", "trainer", "commute", "manual", "private", "visibility", "flagged",
    "gear_id", "external_id", "upload_id", "device_name",
)
# fmt: on
"""Keys that are compared to detect a changed activity. Kudos, comments and ranks are left out,
because they change for weeks and do not describe the workout."""


class LandedActivity(NamedTuple):
    """The latest landed row of an activity."""

    row_hash: str
    started_at: datetime | None
    parts: frozenset[str]
    """Of `DETAILS` and `STREAMS`."""


def fingerprint(activity: dict, parts: frozenset[str] = frozenset()) -> str:
    """Hash the compared keys of an activity.

    Parameters
    ----------
    activity : dict
        Entry of the list of activities, also if the row has details.
    parts : frozenset of str
        Parts that the row has.

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
    compared = [sorted(parts), [activity.get(key) for key in _COMPARED_KEYS]]
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest()


def source_file(parts: frozenset[str]) -> str:
    """Return the landing's source name of a row with these parts.

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


def read_landed(landing: Path, athlete_id: str) -> dict[str, LandedActivity]:
    """Read the latest landed row of each activity that was not deleted.

    Parameters
    ----------
    landing : Path
    athlete_id : str

    Returns
    -------
    dict of str to LandedActivity
        By activity id.
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
        deleted = latest.get(mark["activity_id"])
        if deleted and mark["ingested_at"] > deleted["ingested_at"]:
            del latest[mark["activity_id"]]
    return {
        activity_id: LandedActivity(
            row["row_hash"], row["started_at"], _PARTS.get(row["source_file"], frozenset())
        )
        for activity_id, row in latest.items()
    }


def read_raw(landing: Path, athlete_id: str, wanted: set[str]) -> dict[str, dict]:
    """Read the latest raw JSON of some activities.

    Returns
    -------
    dict of str to dict
        Activity id to its JSON, without maps.
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
