"""Lands recordings of devices, parsed in several processes; known content is not parsed again."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from stride.errors import StrideError
from stride.ingest import archive
from stride.ingest import landing as landed
from stride.ingest.archive import Entry
from stride.ingest.athletes import to_utc, zones
from stride.ingest.land_activities import is_future
from stride.ingest.schema import LANDING_VERSION, STREAMS

SUFFIXES = (".fit", ".tcx", ".gpx")
"""Files taken for recordings, with or without ``.gz``."""

_CHUNK = 256
"""Recordings per landed file; a killed import parses at most so many again."""

_FEW = 6
"""Up to this number, files are parsed without further processes, which are slow to start."""


class Parsed(NamedTuple):
    """Content of one file."""

    entry: Entry
    content_hash: str | None
    sessions: list[dict] | None
    """None if the content is known."""
    streams: list | None = None
    """Samples of each session as Arrow tables, where they are wanted and not yet kept."""


class Context(NamedTuple):
    """Information for parsing that is not in the recordings."""

    known: frozenset[str] | set[str] = frozenset()
    """SHA-256 of contents that landed before."""
    streamed: set[str] | None = None
    """First 16 digits of contents whose samples are kept; None if samples are not wanted."""
    sport: str | None = None
    """Sport of recordings whose file names none."""
    sport_of: dict[str, str] = {}  # noqa: RUF012
    """The same for single files, by entry name."""


class LandedRecordings(NamedTuple):
    """Result of landing the recordings of an import."""

    files: int = 0
    sessions: int = 0
    """Landed now."""
    problems: dict[str, str] = {}  # noqa: RUF012
    """Reason by name of each file that can't be used."""
    changed: int = 0
    """Files that landed before and are now read differently."""
    other: int = 0
    """Files without an activity: monitoring, sleep, settings."""
    sports: dict[str | None, int] = {}  # noqa: RUF012
    """Sport as the file names it to how many recordings landed with it."""
    corrected: dict[str, int] = {}  # noqa: RUF012
    """Code of how a wrong clock was corrected to how many recordings."""
    future: int = 0
    """Sessions dated in the future, of those that landed now."""


def land_recordings(
    landing: Path,
    athlete_id: str,
    entries: list[Entry],
    activity_of: dict[str, str] | None = None,
    *,
    with_streams: bool = False,
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
    sport: str | None = None,
    sport_of: dict[str, str] | None = None,
) -> LandedRecordings:
    """Parse and land new recordings. Call it within `landing.writing`.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    entries : list of Entry
    activity_of : dict of str to str, optional
        Entry name to the activity of the export that names the file.
    with_streams : bool
        Whether to keep the samples too; also of recordings that landed before without them.
    workers : int, optional
        Processes; default: one a core.
    progress : callable, optional
        Called with 1 after each file.
    sport : str, optional
        Sport of recordings whose file names none.
    sport_of : dict of str to str, optional
        The same for single files, by entry name.

    Returns
    -------
    LandedRecordings
    """
    if not entries:
        return LandedRecordings()
    before = _landed_before(landing, athlete_id)
    context = Context(
        {digest for digest, rows in before.items() if not _read_again(rows)},
        _streamed(landing, athlete_id) if with_streams else None,
        sport,
        sport_of or {},
    )
    number = len(landed.read(landing, "imports", athlete_id, ["import_id"])) + 1
    names = hashlib.sha256("\n".join(entry.name for entry in entries).encode()).hexdigest()
    import_id = f"{number:04d}-recordings-{names[:12]}"
    rows_of = _RowsOf(athlete_id, activity_of or {}, zones(landing, athlete_id), before)
    seen, found = set(), Counter()
    problems, spoken, corrected = {}, Counter(), Counter()
    parsed = _parse_all(entries, context, workers or os.cpu_count() or 1)
    while chunk := list(islice(parsed, _CHUNK)):
        rows, streams = [], []
        for file in chunk:
            if progress:
                progress(1)
            streams += _stream_tables(file, athlete_id)
            # If an import has the same content twice, only the first file lands.
            new = None if file.content_hash in seen else rows_of(file)
            seen.add(file.content_hash)
            if not new:
                found["unchanged"] += 1
                continue
            rows += new
            found["changed"] += file.content_hash in before
            for row in new:
                if row["problem"] == "not_an_activity":
                    found["other"] += 1
                elif row["problem"]:
                    problems[file.entry.name] = row.get("problem_detail") or row["problem"]
                else:
                    spoken[row["sport_type"]] += 1
                    corrected.update((row.get("clock_flag") or "").split(","))
                    found["future"] += is_future(row.get("started_at"), landed.now())
        together = hashlib.sha256("".join(str(file.content_hash) for file in chunk).encode())
        name = f"{athlete_id}.recordings-{together.hexdigest()[:16]}-{number:04d}"
        if streams:
            landed.write_table(landing, "streams", name, pa.concat_tables(streams))
        if rows:
            moment = landed.now()
            landed.write(
                landing,
                "activities",
                name,
                [row | {"ingested_at": moment, "import_id": import_id} for row in rows],
            )
            found["sessions"] += len(rows)
    record = {
        "athlete_id": athlete_id,
        "import_id": import_id,
        "source_kind": "device_file",
        "source_file": entries[0].name.split("/", 1)[0],
        "content_hash": names,
        "rows_read": found["sessions"] + found["unchanged"],
        "rows_new": found["sessions"] - found["changed"],
        "rows_changed": found["changed"],
        "rows_unchanged": found["unchanged"],
        "rows_gone": 0,
        "ingested_at": landed.now(),
    }
    landed.write(landing, "imports", f"{athlete_id}.{import_id}", [record])
    del corrected[""]
    return LandedRecordings(
        len(entries),
        found["sessions"],
        problems,
        found["changed"],
        found["other"],
        dict(spoken),
        dict(corrected),
        found["future"],
    )


_COMPARED = ("sport_type", "started_at", "elapsed_time_s", "problem")
"""Columns that an improved reader may read differently."""

_LANDED = ("source_kind", "content_hash", "ingested_at", "source_row_number", "moving_time_s")


def _landed_before(landing: Path, athlete_id: str) -> dict[str, list[dict]]:
    """Return the latest landed rows by content."""
    columns = [*_LANDED, *_COMPARED, "clock_flag"]
    found: dict[str, list[dict]] = {}
    for row in landed.read(landing, "activities", athlete_id, columns):
        if row["source_kind"] == "device_file":
            found.setdefault(row["content_hash"], []).append(row)
    for digest, rows in found.items():
        latest = max(row["ingested_at"] for row in rows)
        count = len({row["ingested_at"] for row in rows})
        found[digest] = [row | {"reading": count} for row in rows if row["ingested_at"] == latest]
    return found


def _read_again(rows: list[dict]) -> bool:
    """Whether content landed before may now be read differently."""
    return any(
        row["problem"] in ("no_times", "no_records", "broken_file", "not_a_recording")
        or (row["problem"] is None and row["sport_type"] is None)
        # Landed by a version without clock correction.
        or ("clock_flag" not in row and _has_odd_clock(row))
        for row in rows
    )


def _has_odd_clock(row: dict) -> bool:
    start, elapsed_s = row["started_at"], row["elapsed_time_s"] or 0
    pause_s = elapsed_s - (row["moving_time_s"] or elapsed_s)
    return pause_s > 600 or (start is not None and start.year < 2009)


class _RowsOf:
    """Return the rows of a file to land; none if they landed before and are unchanged."""

    def __init__(self, athlete_id, activity_of, homes, before):
        self.athlete_id, self.activity_of = athlete_id, activity_of
        self.homes, self.before = homes, before

    def __call__(self, file: Parsed) -> list[dict] | None:
        if file.sessions is None:
            return None
        sessions = [self._dated(session) for session in file.sessions]
        earlier = self.before.get(file.content_hash, [])
        if earlier and _compared(sessions) == _compared(earlier):
            return None
        reading = earlier[0]["reading"] + 1 if earlier else 1
        return _rows(file, sessions, self.athlete_id, self.activity_of, reading)

    def _dated(self, session: dict) -> dict:
        """Add the UTC start if the file only has local time."""
        local = session.get("local_started_at")
        if session.get("started_at") or not local or not self.homes:
            return session
        return session | {"started_at": to_utc(local.replace(tzinfo=None), self.homes)}


def _compared(rows: list[dict]) -> list[tuple]:
    return [tuple(row.get(name) for name in _COMPARED) for row in rows]


def _rows(
    file: Parsed, sessions: list[dict], athlete_id: str, activity_of: dict, reading: int
) -> list[dict]:
    digest, activity_id = file.content_hash[:16], activity_of.get(file.entry.name)
    alone = len(sessions) == 1
    return [
        session
        | {
            "athlete_id": athlete_id,
            "landed_row_id": _row_id(athlete_id, digest, number)
            + (f":{reading}" if reading > 1 else ""),
            "source_kind": "device_file",
            # A leg of a multisport file is not a recording of the whole activity.
            "activity_id": activity_id
            if activity_id and alone
            else f"file:{digest}" + (f":{number}" if not alone else ""),
            "device_file": file.entry.name,
            "row_hash": file.content_hash,
            "source_file": file.entry.name,
            "source_row_number": number,
            "content_hash": file.content_hash,
        }
        for number, session in enumerate(sessions, start=1)
    ]


def _row_id(athlete_id: str, content_hash: str, number: int) -> str:
    return f"{athlete_id}:{content_hash[:16]}:{number}"


def _streamed(landing: Path, athlete_id: str) -> set[str]:
    """Return the first 16 digits of the hashes of content with landed samples."""
    files = (landing / "streams").glob(f"{athlete_id}.*.parquet")
    ids = [pq.read_table(file, columns=["landed_row_id"])["landed_row_id"] for file in files]
    return {row.split(":")[1] for column in ids for row in column.unique().to_pylist()}


def _stream_tables(file: Parsed, athlete_id: str) -> Iterator[pa.Table]:
    for number, table in enumerate(file.streams or [], start=1):
        said = {
            "athlete_id": athlete_id,
            "landed_row_id": _row_id(athlete_id, file.content_hash, number),
            "landing_version": LANDING_VERSION,
            "ingested_at": landed.now(),
        }
        for name, value in said.items():
            column = pa.repeat(pa.scalar(value, STREAMS.field(name).type), table.num_rows)
            table = table.append_column(name, column)
        yield table.select(STREAMS.names).cast(STREAMS)


def _parse_all(entries: list[Entry], context: Context, workers: int) -> Iterator[Parsed]:
    """Parse in the order of the entries; a file that crashes its process does not affect others."""
    if len(entries) <= _FEW or workers == 1:
        for entry in entries:
            yield parse(entry, context)
        return
    # Spawned, because forking a process with threads (from Arrow) may hang.
    spawn = get_context("spawn")
    waiting = list(entries)
    while waiting:
        done = 0
        try:
            with ProcessPoolExecutor(workers, spawn, _remember, (context,)) as pool:
                for file in pool.map(_parse, waiting):
                    done += 1
                    yield file
            return
        except BrokenProcessPool:
            # One of the next files crashed its process: parse the next ones one by one, and repeat
            # this further on if it was none of them.
            suspects = waiting[done : done + 4 * workers]
            waiting = waiting[done + len(suspects) :]
            for entry in suspects:
                yield _parse_apart(entry, context, spawn)


def _parse_apart(entry: Entry, context: Context, spawn) -> Parsed:
    try:
        with ProcessPoolExecutor(1, spawn, _remember, (context,)) as pool:
            return pool.submit(_parse, entry).result()
    except BrokenProcessPool:
        return _useless(entry, "crashed_reader", "reading it made the reader crash")


_context = Context()


def _remember(context: Context) -> None:
    global _context
    _context = context


def _parse(entry: Entry) -> Parsed:
    return parse(entry, _context)


def parse(entry: Entry, context: Context = Context()) -> Parsed:  # noqa: B008
    """Read one file, unless its content is known.

    Parameters
    ----------
    entry : Entry
    context : Context

    Returns
    -------
    Parsed
        A file that can't be read is one session with a ``problem``.
    """
    from stride.ingest import device

    try:
        content = archive.read(entry)
    except StrideError as problem:
        return _useless(entry, "unreadable_file", str(problem))
    digest = hashlib.sha256(content).hexdigest()
    name = entry.name.rsplit("/", 1)[-1]
    is_streamed = context.streamed is None or digest[:16] in context.streamed
    if is_streamed and digest in context.known:
        return Parsed(entry, digest, None)
    written = archive.written_at(entry)
    found = device.read_sessions(
        name,
        content,
        sport=context.sport_of.get(entry.name, context.sport),
        written_s=[] if written is None else [written],
    )
    if isinstance(found, device.Problem):
        return Parsed(entry, digest, [device.problem_row(found)])
    rows = None if digest in context.known else [device.summarise(session) for session in found]
    streams = None if is_streamed else [device.streams(session) for session in found]
    return Parsed(entry, digest, rows, streams)


def _useless(entry: Entry, code: str, sentence: str) -> Parsed:
    """Return a hash for an unreadable file, from its name and size."""
    size = entry.path.stat().st_size if entry.path.exists() else 0
    digest = hashlib.sha256(f"{code}:{entry.name}:{size}".encode()).hexdigest()
    return Parsed(entry, digest, [{"problem": code, "problem_detail": sentence}])
