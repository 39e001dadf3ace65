"""Write what was imported to ``landing/``: one Parquet file per content, never changed again."""

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.parquet as pq

from stride.errors import StrideError
from stride.ingest import strava_csv
from stride.ingest.archive import read_activities_csv

LANDING_VERSION = 1
"""Raised when the columns of a landed file change their meaning."""

ATHLETES = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("time_zone", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", pa.timestamp("us", tz="UTC")),
    ]
)

_ATHLETE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Receipt(NamedTuple):
    """What one import did."""

    file: Path
    """The landed file."""
    rows: int
    """Rows of the export."""
    unreadable: int
    """Rows with at least one cell that could not be read."""
    is_new: bool
    """False if this very content had landed before."""


def land_export(path: Path, landing: Path, athlete_id: str, time_zone: str) -> Receipt:
    """Land one athlete's Strava export.

    The same content lands once, however often it is imported. Files are written beside their
    place and then moved, so that a killed import leaves nothing half.

    Parameters
    ----------
    path : Path
        The export: zip, folder, ``activities.csv`` or ``activities.csv.gz``.
    landing : Path
        The landing folder; made if missing.
    athlete_id : str
        Letters, digits, ``-`` and ``_``, at most 64.
    time_zone : str
        IANA name of the zone the athlete lives in, such as ``America/Chicago``.

    Returns
    -------
    Receipt

    Raises
    ------
    StrideError
        If athlete, zone or export are not usable.
    """
    if not _ATHLETE_ID.fullmatch(athlete_id):
        raise StrideError(
            f"The athlete id {athlete_id!r} is not usable: use 1 to 64 letters, digits, - or _."
        )
    _check_zone(time_zone)
    content, source_file = read_activities_csv(path)
    content_hash = hashlib.sha256(content).hexdigest()
    target = landing / "strava_activities" / f"{athlete_id}.{content_hash[:16]}.parquet"
    now = datetime.now(UTC)
    # The athlete first: an activity never waits for settings that a killed import left out.
    _land_athlete(landing, athlete_id, time_zone, now)
    if target.exists():
        landed = pq.read_table(target, columns=["unreadable_cells"])
        is_new = False
    else:
        rows = strava_csv.read_rows(content, source_file)
        if not rows:
            raise StrideError(f"{source_file} has a header and no activities: nothing to import.")
        for row in rows:
            row |= {
                "athlete_id": athlete_id,
                "landed_row_id": f"{athlete_id}:{content_hash[:16]}:{row['source_row_number']}",
                "source_file": source_file,
                "content_hash": content_hash,
                "landing_version": LANDING_VERSION,
                "ingested_at": now,
            }
        landed = pa.Table.from_pylist(rows, schema=strava_csv.SCHEMA)
        _write(landed, target)
        is_new = True
    unreadable = landed.num_rows - landed["unreadable_cells"].null_count
    return Receipt(target, landed.num_rows, unreadable, is_new)


def _check_zone(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StrideError(
            f"{time_zone!r} is no time zone: give an IANA name such as America/Sao_Paulo."
        ) from None


def _land_athlete(landing: Path, athlete_id: str, time_zone: str, now: datetime) -> None:
    """Land the athlete's settings; the same settings land once, the latest count."""
    folder = landing / "athletes"
    earlier = sorted(folder.glob(f"{athlete_id}.*.parquet"))
    if earlier and pq.read_table(earlier[-1])["time_zone"][-1].as_py() == time_zone:
        return
    row = {
        "athlete_id": athlete_id,
        "time_zone": time_zone,
        "landing_version": LANDING_VERSION,
        "ingested_at": now,
    }
    name = f"{athlete_id}.{now:%Y%m%dT%H%M%S%f}.parquet"
    _write(pa.Table.from_pylist([row], schema=ATHLETES), folder / name)


def _write(table: pa.Table, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # The suffix keeps a half-written file out of every *.parquet pattern.
    part = target.with_suffix(f".{os.getpid()}.part")
    pq.write_table(table, part)
    part.replace(target)
