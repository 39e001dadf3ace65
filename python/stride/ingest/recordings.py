"""Lands recordings of devices, parsed by several processes; known content is not parsed again."""

import hashlib
import os
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
from stride.ingest.schema import LANDING_VERSION, STREAMS
from stride.ingest.summaries import is_future

SUFFIXES = (".fit", ".tcx", ".gpx")
"""Files taken for recordings, with or without ``.gz``."""

_CHUNK = 256
"""Recordings in one landed file: what a killed import may have to parse again."""

_FEW = 6
"""Up to so many files are parsed without further processes, which take time to start."""


class Parsed(NamedTuple):
    """What one file holds."""

    entry: Entry
    content_hash: str | None
    sessions: list[dict] | None
    """None: this content is known."""
    streams: list | None = None
    """Samples of each session as Arrow tables, where they are wanted and not yet kept."""


class LandedRecordings(NamedTuple):
    """What the recordings of one import brought."""

    files: int = 0
    sessions: int = 0
    """Landed now."""
    problems: dict[str, str] = {}  # noqa: RUF012
    """File name to the sentence that says why it gave nothing."""
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
) -> LandedRecordings:
    """Parse and land what is new. Call it while holding `landing.writing`.

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

    Returns
    -------
    LandedRecordings
    """
    if not entries:
        return LandedRecordings()
    activity_of = activity_of or {}
    known = {
        row["content_hash"]
        for row in landed.read(landing, "activities", athlete_id, ["source_kind", "content_hash"])
        if row["source_kind"] == "device_file"
    }
    number = len(landed.read(landing, "imports", athlete_id, ["import_id"])) + 1
    names = hashlib.sha256("\n".join(entry.name for entry in entries).encode()).hexdigest()
    import_id = f"{number:04d}-recordings-{names[:12]}"
    streamed = _streamed(landing, athlete_id) if with_streams else None
    parsed = _parse_all(entries, (known, streamed), workers or os.cpu_count() or 1)
    sessions, unchanged, future, problems = 0, 0, 0, {}
    while chunk := list(islice(parsed, _CHUNK)):
        rows, streams = [], []
        for file in chunk:
            if progress:
                progress(1)
            streams += _stream_tables(file, athlete_id)
            # The same content twice in one import: the first file stands for both.
            if file.sessions is None or file.content_hash in known:
                unchanged += 1
                continue
            known.add(file.content_hash)
            rows += _rows(file, athlete_id, activity_of.get(file.entry.name))
            for session in file.sessions:
                if session.get("problem"):
                    problems[file.entry.name] = session.get("problem_detail") or session["problem"]
                future += is_future(session.get("started_at"), landed.now())
        together = hashlib.sha256("".join(str(file.content_hash) for file in chunk).encode())
        name = f"{athlete_id}.recordings-{together.hexdigest()[:16]}"
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
            sessions += len(rows)
    record = {
        "athlete_id": athlete_id,
        "import_id": import_id,
        "source_kind": "device_file",
        "source_file": entries[0].name.split("/", 1)[0],
        "content_hash": names,
        "rows_read": sessions + unchanged,
        "rows_new": sessions,
        "rows_changed": 0,
        "rows_unchanged": unchanged,
        "rows_gone": 0,
        "ingested_at": landed.now(),
    }
    landed.write(landing, "imports", f"{athlete_id}.{import_id}", [record])
    return LandedRecordings(len(entries), sessions, problems, future)


def _rows(file: Parsed, athlete_id: str, activity_id: str | None) -> list[dict]:
    digest = file.content_hash[:16]
    alone = len(file.sessions) == 1
    return [
        session
        | {
            "athlete_id": athlete_id,
            "landed_row_id": _row_id(athlete_id, digest, number),
            "source_kind": "device_file",
            # A leg of a multisport file is no recording of the whole.
            "activity_id": activity_id
            if activity_id and alone
            else f"file:{digest}" + (f":{number}" if not alone else ""),
            "device_file": file.entry.name,
            "row_hash": file.content_hash,
            "source_file": file.entry.name,
            "source_row_number": number,
            "content_hash": file.content_hash,
        }
        for number, session in enumerate(file.sessions, start=1)
    ]


def _row_id(athlete_id: str, content_hash: str, number: int) -> str:
    return f"{athlete_id}:{content_hash[:16]}:{number}"


def _streamed(landing: Path, athlete_id: str) -> set[str]:
    """First 16 digits of the contents whose samples are kept."""
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


def _parse_all(entries: list[Entry], known: tuple, workers: int) -> Iterator[Parsed]:
    """Parse in the order of the entries; a file that kills its process harms no other."""
    if len(entries) <= _FEW or workers == 1:
        for entry in entries:
            yield parse(entry, *known)
        return
    # Not forked: a fork of a process with threads (Arrow has some) may hang.
    context = get_context("spawn")
    waiting = list(entries)
    while waiting:
        done = 0
        try:
            with ProcessPoolExecutor(workers, context, _remember, known) as pool:
                for file in pool.map(_parse, waiting):
                    done += 1
                    yield file
            return
        except BrokenProcessPool:
            # Somewhere soon sits a file that kills its process: the next ones one by one, and if it
            # was none of them, the same again further on.
            suspects = waiting[done : done + 4 * workers]
            waiting = waiting[done + len(suspects) :]
            for entry in suspects:
                yield _parse_apart(entry, known, context)


def _parse_apart(entry: Entry, known: tuple, context) -> Parsed:
    try:
        with ProcessPoolExecutor(1, context, _remember, known) as pool:
            return pool.submit(_parse, entry).result()
    except BrokenProcessPool:
        return _useless(entry, "crashed_reader", "reading it made the reader crash")


_known: tuple = (frozenset(), None)


def _remember(known: set[str], streamed: set[str] | None) -> None:
    global _known
    _known = (known, streamed)


def _parse(entry: Entry) -> Parsed:
    return parse(entry, *_known)


def parse(entry: Entry, known: set[str] = frozenset(), streamed: set[str] | None = None) -> Parsed:
    """Read one file, unless its content is known.

    Parameters
    ----------
    entry : Entry
    known : set of str
        SHA-256 of contents that landed before.
    streamed : set of str, optional
        First 16 digits of contents whose samples are kept; None if samples are not wanted.

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
    if streamed is None or digest[:16] in streamed:
        if digest in known:
            return Parsed(entry, digest, None)
        return Parsed(entry, digest, device.read_device_file(name, content))
    found = device.read_sessions(name, content)
    if isinstance(found, device.Problem):
        return Parsed(entry, digest, device.read_device_file(name, content))
    rows = None if digest in known else [device.summarise(session) for session in found]
    return Parsed(entry, digest, rows, [device.streams(session) for session in found])


def _useless(entry: Entry, code: str, sentence: str) -> Parsed:
    """A file without content of its own: known again by its name and size."""
    size = entry.path.stat().st_size if entry.path.exists() else 0
    digest = hashlib.sha256(f"{code}:{entry.name}:{size}".encode()).hexdigest()
    return Parsed(entry, digest, [{"problem": code, "problem_detail": sentence}])
