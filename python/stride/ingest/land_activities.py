"""Lands activities of a table or an API: new and changed rows, and marks of deleted ones."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import to_utc, zones
from stride.ingest.device import sports


class Source(NamedTuple):
    """Source of rows."""

    kind: str
    """``strava_export``, ``csv`` or ``strava_api``."""
    file: str
    """Name for the record, without folders of this computer."""
    content_hash: str
    """SHA-256 of the content."""
    exported_at: datetime | None = None
    """Creation time of the archive, without a zone."""
    is_complete: bool = False
    """Whether the source is complete, so that missing activities are deleted."""


class Landed(NamedTuple):
    """Result of landing a table."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    unreadable: int = 0
    problems: int = 0
    """Rows with a problem and no data."""
    is_older: bool = False
    """Whether the export is older than one imported before, so nothing was changed or deleted."""
    future: int = 0
    """Rows dated in the future, including those landed before."""
    unknown_sports: dict[str | None, int] = {}  # noqa: RUF012
    """Number of landed rows by unknown sport."""

    def plus(self, other: "Landed") -> "Landed":
        """What both brought together."""
        counts = [one + another for one, another in zip(self[:-1], other[:-1], strict=True)]
        sports = Counter(self.unknown_sports) + Counter(other.unknown_sports)
        return Landed(*counts, dict(sports))._replace(is_older=self.is_older or other.is_older)


def land_summaries(
    landing: Path,
    athlete_id: str,
    rows: list[dict],
    source: Source,
    unknown_columns: Iterable[str] = (),
    refused_files: Iterable[str] = (),
    gone: Iterable[str] = (),
) -> Landed:
    """Land an athlete's rows. Call it within `landing.writing`.

    A row lands if its activity is new or the row differs from the latest landed one. Earlier rows
    stay, as they were known at the time.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    rows : list of dict
        With the keys of `schema.SUMMARY`, ``raw_row``, ``unreadable_cells`` and
        ``source_row_number``; with ``row_hash`` where something else than a change of ``raw_row``
        makes the row another one.
    source : Source
    unknown_columns, refused_files : iterable of str
        For the record of the import.
    gone : iterable of str
        Activities known to be deleted, if the rows are incomplete.

    Returns
    -------
    Landed
    """
    imports = landed.read(
        landing, "imports", athlete_id, ["source_kind", "content_hash", "exported_at"]
    )
    same_kind = [row for row in imports if row["source_kind"] == source.kind]
    unreadable = sum(bool(row.get("unreadable_cells")) for row in rows)
    is_older = bool(source.exported_at) and any(
        row["exported_at"] and row["exported_at"].replace(tzinfo=None) > source.exported_at
        for row in same_kind
    )
    import_id = f"{len(imports) + 1:04d}-{source.content_hash[:12]}"
    moment = landed.now()
    homes = zones(landing, athlete_id)
    alive, ever = _known(landing, athlete_id, source.kind)
    to_land, new, changed, future = [], 0, 0, 0
    for row in rows:
        row["sport_type"] = sports.spelled(row.get("sport_type"))
        started_at = _start(row, homes)
        future += is_future(started_at, moment)
        digest = row.get("row_hash")
        digest = digest or hashlib.sha256((row.get("raw_row") or "").encode()).hexdigest()
        activity_id = row.get("activity_id")
        before = alive.get(activity_id) if activity_id else None
        # The same text may be read differently by a later version.
        if before and digest in before and ("row_hash" in row or _reads_as(row, before[digest])):
            continue
        if is_older and activity_id in ever:
            continue
        new += before is None
        changed += before is not None
        to_land.append(
            row
            | {
                "athlete_id": athlete_id,
                "landed_row_id": f"{athlete_id}:{import_id}:{row['source_row_number']}",
                "source_kind": source.kind,
                "started_at": started_at,
                "time_zone": row.get("time_zone") or _offset(row),
                "row_hash": digest,
                "import_id": import_id,
                "source_file": source.file,
                "content_hash": source.content_hash,
                "ingested_at": moment,
            }
        )
    gone = sorted(set(alive).intersection(gone))
    if source.is_complete and not is_older:
        gone = sorted(set(alive) - {row.get("activity_id") for row in rows})
    name = f"{athlete_id}.{import_id}"
    # The record of the import is written last, so that a killed import is repeated.
    if to_land:
        landed.write(landing, "activities", name, to_land)
    if gone:
        marks = [
            {
                "athlete_id": athlete_id,
                "activity_id": activity_id,
                "import_id": import_id,
                "ingested_at": moment,
            }
            for activity_id in gone
        ]
        landed.write(landing, "deletions", name, marks)
    record = {
        "athlete_id": athlete_id,
        "import_id": import_id,
        "source_kind": source.kind,
        "source_file": source.file,
        "content_hash": source.content_hash,
        "exported_at": source.exported_at and source.exported_at.replace(tzinfo=UTC),
        "rows_read": len(rows),
        "rows_new": new,
        "rows_changed": changed,
        "rows_unchanged": len(rows) - new - changed,
        "rows_gone": len(gone),
        "unknown_columns": "\n".join(unknown_columns) or None,
        "refused_files": "\n".join(refused_files) or None,
        "ingested_at": moment,
    }
    landed.write(landing, "imports", name, [record])
    problems = sum(bool(row.get("problem")) for row in rows)
    words = Counter(row.get("sport_type") for row in to_land if not row.get("problem"))
    unknown = {word: number for word, number in words.items() if sports.family(word) is None}
    counts = (len(rows), new, changed, len(gone), unreadable, problems)
    return Landed(*counts, is_older, future, unknown)


def is_future(started_at: datetime | None, moment: datetime) -> bool:
    """Whether a start is after today in every time zone.

    Examples
    --------
    >>> is_future(datetime(2030, 1, 1, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC))
    True
    """
    return started_at is not None and started_at > moment + timedelta(days=1)


_READ = (
    *("sport_type", "elapsed_time_s", "moving_time_s", "displayed_distance", "distance_m"),
    *("elevation_gain_m", "avg_hr_bpm", "max_hr_bpm"),
)
"""What tells that a row was read differently."""


def _as_read(row: dict) -> tuple:
    # The instant of a local time depends on the athlete's zone.
    start = row.get("local_started_at") or row.get("started_at")
    return (*(row.get(name) for name in _READ), start)


def _reads_as(row: dict, before: set[tuple]) -> bool:
    """Whether a row was read the same before; a sport that was given then stays."""
    now = _as_read(row)
    return now in before or (now[0] is None and any(now[1:] == then[1:] for then in before))


def _known(landing: Path, athlete_id: str, kind: str) -> tuple[dict[str, dict], set[str]]:
    """Activities that exist in a source, with what was last said of each, and all that ever did.

    What was said is the hashes of its rows, as a table may have two of one activity, each with how
    it was read.
    """
    columns = ["activity_id", "source_kind", "row_hash", "ingested_at"]
    columns += ["started_at", "local_started_at", *_READ]
    events = [
        (row["ingested_at"], row["activity_id"], row["row_hash"], _as_read(row))
        for row in landed.read(landing, "activities", athlete_id, columns)
        if row["source_kind"] == kind and row["activity_id"]
    ]
    ever = {event[1] for event in events}
    # A deletion is one of Strava's, whichever way it was noticed; other tables have none.
    if kind != "csv":
        columns = ["activity_id", "ingested_at"]
        events += [
            (row["ingested_at"], row["activity_id"], None, ())
            for row in landed.read(landing, "deletions", athlete_id, columns)
        ]
    said: dict[str, tuple[datetime, dict[str, set[tuple]]]] = {}
    for moment, activity_id, digest, read in sorted(events, key=lambda event: event[0]):
        if activity_id not in said or said[activity_id][0] != moment:
            said[activity_id] = (moment, {})
        if digest:
            said[activity_id][1].setdefault(digest, set()).add(read)
    return {activity: digests for activity, (_, digests) in said.items() if digests}, ever


def _start(row: dict, homes) -> datetime | None:
    """The instant; where a source tells only the clock on the spot, the home zone decides."""
    if row.get("started_at") or not row.get("local_started_at"):
        return row.get("started_at")
    if not homes:
        raise StrideError("A table with local times needs the athlete's --timezone.")
    try:
        return to_utc(row["local_started_at"].replace(tzinfo=None), homes)
    except (OverflowError, ValueError, IndexError):
        return None


def _offset(row: dict) -> str | None:
    """Offset such as +08:00 of a row that tells both clocks; None if they can't both be right."""
    if not row.get("started_at") or not row.get("local_started_at"):
        return None
    minutes = (row["local_started_at"] - row["started_at"]).total_seconds() / 60
    if minutes % 15 or abs(minutes) > 14 * 60:
        return None
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{int(abs(minutes) // 60):02d}:{int(abs(minutes) % 60):02d}"
