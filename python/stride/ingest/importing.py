"""Imports a file, folder or archive of any supported kind."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import archive, starts
from stride.ingest import landing as landed
from stride.ingest.archive import Entry, Listing
from stride.ingest.athletes import known_athletes, land_settings
from stride.ingest.corrections import UNKNOWN_ATHLETE, LandedCorrections, land_corrections
from stride.ingest.csv_kinds import CORRECTIONS, FORECASTS, kind_of
from stride.ingest.daily_rows import land_daily_rows
from stride.ingest.forecasts_csv import read_forecasts
from stride.ingest.land_activities import Landed, Source, land_summaries
from stride.ingest.odd_dates import odd_dates
from stride.ingest.other_files import collect
from stride.ingest.recordings import SUFFIXES, LandedRecordings, land_recordings

_TABLE = "activities.csv"
_NAMED = (".csv", ".json", ".ndjson", ".jsonl")
"""Files whose names say that they are no recordings."""


class Receipt(NamedTuple):
    """Result of an import for one athlete."""

    athlete_id: str
    table: Landed | None = None
    recordings: LandedRecordings | None = None
    corrections: LandedCorrections | None = None
    unknown_columns: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Refused files with the reason."""
    found: dict[str, int] = {}  # noqa: RUF012
    """Kinds of other files that were read, and their numbers."""
    daily: dict[str, int] = {}  # noqa: RUF012
    """``forecasts`` and ``wellness`` that landed now."""
    notes: tuple[str, ...] = ()
    """Sentences on what is hardly meant: a date, an athlete whom nobody knows."""

    @property
    def is_useless(self) -> bool:
        """Whether the import had only new recordings, none of which could be used."""
        found = self.recordings
        if self.table is not None and found is None and not any(self.daily.values()):
            return 0 < self.table.rows == self.table.problems
        return (
            self.table is None
            and not any(self.daily.values())
            and found is not None
            and 0 < found.sessions == len(found.problems) + found.other
            and found.sessions == found.files
        )


class Options(NamedTuple):
    """How to import."""

    time_zone: str | None = None
    """Home time zone; needed for a new athlete only."""
    mapping: Path | None = None
    """Mapping for a table that is not Strava's."""
    is_partial: bool = False
    """The export is incomplete, so missing activities are not marked as deleted."""
    with_streams: bool = False
    """Whether to land the samples of recordings in addition to the measures."""
    workers: int | None = None
    """Number of processes that read recordings; default: one per core."""
    sport: str | None = None
    """Sport of activities whose file names none."""
    started: Callable[[int], Callable[[int], object]] | None = None
    """Called with the number of recordings; returns a function to call after each."""


def import_path(
    path: Path, landing: Path, athlete_id: str | None, options: Options | None = None
) -> list[Receipt]:
    """Land all data of a path.

    Importing the same content again lands nothing.

    Parameters
    ----------
    path : Path
        A Strava export (zip, folder, ``activities.csv``), Garmin's account export or list of
        activities, an export of Apple Health, a folder or zip of FIT, TCX and GPX files, one such
        file, JSON of Strava's API, intervals.icu or Polar Flow, a table with a mapping,
        ``forecasts.csv``, or a file of corrections. Any of them packed with gzip.
    landing : Path
        The landing folder; created if missing.
    athlete_id : str or None
        None if the file names the athletes.
    options : Options, optional

    Returns
    -------
    list of Receipt
        One per athlete; none for corrections without rows of no named athlete.

    Raises
    ------
    StrideError
        If nothing could be imported.
    """
    options = options or Options()
    if options.sport:
        options = options._replace(sport=_known_sport(options.sport))
    listing = archive.list_files(path)
    with landed.writing(landing):
        receipts = _import_listing(listing, path, landing, athlete_id, options)
        return [_with_odd_dates(receipt, landing) for receipt in receipts]


def _with_odd_dates(receipt: Receipt, landing: Path) -> Receipt:
    is_new = (receipt.table and receipt.table.new) or (
        receipt.recordings and receipt.recordings.sessions
    )
    if not is_new:
        return receipt
    return receipt._replace(
        notes=(*receipt.notes, *odd_dates(landing, receipt.athlete_id)),
    )


def _import_listing(listing, path, landing, athlete_id, options) -> list[Receipt]:
    if options.mapping:
        return _import_mapped(listing, path, landing, athlete_id, options)
    if (found := _import_small_csv(listing, landing, athlete_id)) is not None:
        return found
    if not athlete_id:
        raise StrideError("The athlete is missing: add --athlete ID.")
    recordings = [entry for entry in listing.entries if _is_recording(entry, path)]
    if table := _strava_table(listing.entries):
        return [_import_export(table, recordings, listing, landing, athlete_id, options)]
    return [_import_files(recordings, listing, path, landing, athlete_id, options)]


def _is_recording(entry: Entry, path: Path) -> bool:
    """By its name; a single file and XML by the content, whatever the name."""
    if entry.base.endswith(SUFFIXES):
        return True
    if entry.base.endswith(_NAMED) or not (entry.base.endswith(".xml") or path == entry.path):
        return False
    with archive.opened(entry) as stream:
        start = stream.read(4096)
    if start[8:12] == b".FIT":
        return True
    is_xml = start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return is_xml and bool(re.search(rb"<(\w+:)?(gpx|TrainingCenterDatabase)[\s>]", start))


def _strava_table(entries: list[Entry]) -> Entry | None:
    """Find the table of Strava's export; of several the outermost, as others may be backups.

    A single CSV of no other kind is treated as one too, so that the error names missing columns.
    """
    from stride.ingest import mapped_csv, strava_csv

    tables = [entry for entry in entries if entry.base == _TABLE]
    if not tables and len(entries) == 1 and entries[0].base.endswith(".csv"):
        tables = entries
    tables = sorted(tables, key=lambda entry: (entry.name.count("/"), len(entry.name)))
    for table in tables:
        content = archive.read(table)
        is_list = mapped_csv.shipped_mapping(content, table.name) is not None
        if not is_list or strava_csv.is_export(content, table.name):
            return table
    return None


def _import_small_csv(listing: Listing, landing, athlete_id) -> list[Receipt] | None:
    """Land a file of corrections or forecasts; return None for other files."""
    if len(listing.entries) != 1 or not listing.entries[0].base.endswith(".csv"):
        return None
    file = Path(listing.entries[0].name)
    content = archive.read(listing.entries[0])
    kind = kind_of(file.name, content)
    if kind == FORECASTS:
        return _import_forecasts(file.name, content, landing, athlete_id)
    if kind not in CORRECTIONS:
        return None
    found = land_corrections(landing, file, content, athlete_id)
    return [Receipt(athlete, corrections=landed_rows) for athlete, landed_rows in found.items()]


def _import_export(table, recordings, listing, landing, athlete_id, options) -> Receipt:
    from stride.ingest import strava_csv

    content = archive.read(table)
    read = strava_csv.read_rows(content, table.name)
    if not read.rows:
        raise StrideError(f"{table.name} has no activities below the header: nothing to import.")
    _settle(landing, athlete_id, options)
    root = table.name.removesuffix(".gz")[: -len(_TABLE)]
    activity_of = {
        root + row["device_file"]: row["activity_id"]
        for row in read.rows
        if row.get("device_file") and row.get("activity_id")
    }
    # Other folders of an export, such as routes/, contain plans instead of activities.
    recordings = [
        entry
        for entry in recordings
        if entry.name in activity_of or entry.name.startswith(f"{root}activities/")
    ]
    source = Source(
        "strava_export",
        table.name,
        hashlib.sha256(content).hexdigest(),
        _packed_at(listing, table),
        is_complete=not options.is_partial,
    )
    refused = [f"{file.name}: {file.why}" for file in listing.refused]
    result = land_summaries(landing, athlete_id, read.rows, source, read.unknown_columns, refused)
    found = _land_recordings(landing, athlete_id, recordings, activity_of, options)
    unknown = tuple(read.unknown_columns)
    return Receipt(athlete_id, result, found, None, unknown, tuple(refused), notes=read.notes)


def _import_files(recordings, listing, path, landing, athlete_id, options) -> Receipt:
    """Land recordings, lists, JSON and health exports of an import."""
    others = set(recordings)
    bundle = collect([entry for entry in listing.entries if entry not in others], recordings)
    refused = [f"{file.name}: {file.why}" for file in listing.refused] + bundle.refused
    has_rows = bundle.activities or bundle.strava or bundle.forecasts or bundle.wellness
    if not has_rows and not recordings:
        raise StrideError(_nothing_in(path, listing, refused, bundle.found))
    _settle(landing, athlete_id, options)
    tables = []
    for kind, rows in (("csv", bundle.activities), ("strava_api", bundle.strava)):
        if rows:
            starts.name_by_start(landing, athlete_id, rows)
            source = Source(kind, bundle.file, bundle.digest.hexdigest())
            rows = _numbered(rows, options.sport)
            tables.append(land_summaries(landing, athlete_id, rows, source, (), refused))
    daily = {
        kind: land_daily_rows(landing, kind, athlete_id, rows, bundle.file)
        for kind, rows in (("forecasts", bundle.forecasts), ("wellness", bundle.wellness))
        if rows
    }
    found = _land_recordings(landing, athlete_id, recordings, {}, options, sport_of=bundle.sport_of)
    return Receipt(
        athlete_id,
        table=_added(tables),
        recordings=found if recordings else None,
        refused=tuple(refused),
        found=dict(bundle.found),
        daily=daily,
        notes=tuple(bundle.notes),
    )


def _numbered(rows: list[dict], sport: str | None) -> list[dict]:
    """Rows of several files, numbered through; what streams measure becomes columns."""
    for number, row in enumerate(rows, start=1):
        row["source_row_number"] = number
        row["sport_type"] = row.get("sport_type") or sport
        if streams := row.pop("streams", None):
            from stride.ingest.device import measure_streams

            row |= measure_streams(streams, row.get("sport_type"))
    return rows


def _added(tables: list[Landed]) -> Landed | None:
    return reduce(Landed.plus, tables) if tables else None


def _import_forecasts(name: str, content: bytes, landing, athlete_id) -> list[Receipt]:
    found, known = read_forecasts(name, content, athlete_id), known_athletes(landing)
    return [
        Receipt(
            athlete,
            daily={"forecasts": land_daily_rows(landing, "forecasts", athlete, rows, name)},
            notes=() if athlete in known else (UNKNOWN_ATHLETE.format(athlete),),
        )
        for athlete, rows in found.items()
    ]


def _import_mapped(listing: Listing, path, landing, athlete_id, options) -> list[Receipt]:
    from stride.ingest import mapped_csv

    mapping = mapped_csv.read_mapping(options.mapping)
    if len(listing.entries) != 1:
        raise StrideError(f"{path} is not a single table: --mapping reads one CSV file.")
    content = archive.read(listing.entries[0])
    name = listing.entries[0].name
    by_athlete = mapped_csv.read_rows(content, name, mapping)
    receipts = []
    for athlete, read in by_athlete.items():
        athlete = athlete or athlete_id
        if not athlete:
            raise StrideError(f"{name} has no athlete: add --athlete ID.")
        _settle(landing, athlete, options)
        if "activity_id" not in mapping.columns:
            starts.name_by_start(landing, athlete, read.rows)
        for row in read.rows:
            row["sport_type"] = row.get("sport_type") or options.sport
        source = Source("csv", name, hashlib.sha256(content).hexdigest())
        result = land_summaries(landing, athlete, read.rows, source, read.unknown_columns)
        unknown = tuple(read.unknown_columns)
        receipts.append(Receipt(athlete, result, unknown_columns=unknown, notes=read.notes))
    return receipts


def _known_sport(word: str) -> str:
    from stride.ingest.device import sports

    if (sport := sports.known(word)) is None:
        raise StrideError(
            f"--sport {word} is not a known sport: use for example Run, Ride or Swim."
        )
    return sport


def _settle(landing: Path, athlete_id: str, options: Options) -> None:
    """Land the athlete's settings before the activities, so that a killed import has both."""
    land_settings(landing, athlete_id, {"time_zone": options.time_zone or ""})


def _land_recordings(
    landing, athlete_id, entries, activity_of, options, sport_of=None
) -> LandedRecordings:
    progress = options.started(len(entries)) if options.started and entries else None
    return land_recordings(
        landing,
        athlete_id,
        entries,
        activity_of,
        with_streams=options.with_streams,
        workers=options.workers,
        progress=progress,
        sport=options.sport,
        sport_of=sport_of,
    )


def _packed_at(listing: Listing, table: Entry) -> datetime | None:
    packed = listing.exported_at.get(table.name)
    # 1980 is how a zip says that it doesn't know.
    return datetime(*packed) if packed and packed[0] > 2008 else None


def _nothing_in(path: Path, listing: Listing, refused: list[str], found: Counter) -> str:
    if found:
        named = ", ".join(f"{what} ({number:,})" for what, number in sorted(found.items()))
        return f"{path} contains nothing that Stride can use: {named}."
    is_one = path.is_file() and len(listing.entries) == 1
    if is_one and archive.is_web_page(archive.read(listing.entries[0])):
        return f"{path} is a web page: log in where the export is and download it again."
    if refused and len(listing.entries) == 1:
        return f"{refused[0].rstrip('.')}."
    if refused:
        return f"Nothing in {path} could be read; {refused[0].rstrip('.')}."
    if is_one:
        return (
            f"{path} can't be read by Stride: give an export of Strava, Garmin or Apple "
            "Health, FIT, TCX or GPX files, JSON of Strava or intervals.icu, or a CSV with "
            "--mapping."
        )
    return (
        f"There is no {_TABLE} and no FIT, TCX or GPX file in {path}: "
        "is it an export of Strava, Garmin or Apple Health?"
    )
