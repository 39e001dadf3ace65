"""Lists the files of an import and reads them one by one within size limits.

An import is a zip, a folder, zips inside either, or one file. Nothing is unpacked to disk, so
hostile names in an archive are harmless. Sizes are counted while unpacking, because stated sizes
can be wrong.
"""

import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError

MAX_FILE_BYTES = 256 * 1024**2
"""Unpacked size of one file: no recording and no table of activities is larger."""

MAX_FILES = 200_000
"""Files in one import."""

MAX_TOTAL_BYTES = 64 * 1024**3
"""Unpacked size of all files of one import, as their archives state it."""

MAX_XML_BYTES = 32 * 1024**3
"""Unpacked size of an XML file, which is read as a stream: Apple Health's holds years."""

MAX_ZIP_BYTES = 2 * 1024**3
"""Size of a zip in a zip, which is held in memory."""

MAX_DEPTH = 5
"""Zips in zips in zips."""

MAX_RATIO = 200
"""Unpacked over packed size of one large file: text packs 20 to 40 times, a bomb 1,000 times."""

_DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


class Entry(NamedTuple):
    """Reference to one file of an import, which can be read in another process."""

    path: Path
    """The file, or the zip it is in."""
    members: tuple[str, ...]
    """Name in the zip; two names for a zip in a zip; none for a plain file."""
    name: str
    """Name for the record: from the import's root, never a path of this machine."""

    @property
    def base(self) -> str:
        """Lower-case file name without folders and without ``.gz``."""
        return self.name.rsplit("/", 1)[-1].lower().removesuffix(".gz")


class Refused(NamedTuple):
    """A refused file with the reason."""

    name: str
    why: str


class Listing(NamedTuple):
    """All files of an import."""

    entries: list[Entry]
    refused: list[Refused]
    exported_at: dict[str, tuple]
    """Name of a zip's file to the time it was packed, as (year, month, ..., second)."""


def list_files(path: Path) -> Listing:
    """List the files of an import.

    Parameters
    ----------
    path : Path
        A file, a folder or a zip. Zips in folders and in zips are looked into, five levels deep.

    Returns
    -------
    Listing
        Sorted by name. Hidden files, ``__MACOSX`` and links are left out.

    Raises
    ------
    StrideError
        If the path does not exist, can't be opened, or has too many files.
    """
    listing = Listing([], [], {})
    try:
        if path.is_dir():
            _list_folder(path, listing)
        elif not path.exists():
            raise StrideError(_not_there(path))
        elif not path.is_file():
            raise StrideError(f"{path} is neither a file nor a folder.")
        elif path.suffix.lower() != ".zip" and other_file(path.name):
            raise StrideError(f"{path} is {other_file(path.name)}.")
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _list_zip(archive, path, (), path.name, listing)
        else:
            with path.open("rb"):
                listing.entries.append(Entry(path, (), path.name))
    except _DAMAGE as problem:
        raise StrideError(
            f"{path} can't be read ({_said(problem)}): export or copy it again."
        ) from None
    listing.entries.sort(key=lambda entry: entry.name)
    if len(listing.entries) > MAX_FILES:
        raise StrideError(f"{path} holds more than {MAX_FILES:,} files: this is not an export.")
    return listing


def is_web_page(content: bytes) -> bool:
    """Whether a download is a page, such as that of a login."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _not_there(path: Path) -> str:
    if path.is_symlink():
        return f"{path} is a link to something that does not exist."
    if set("*?[") & set(path.name):
        return (
            f"{path} does not exist: give one path. A pattern is replaced by names outside of "
            "quotation marks only, and a folder brings all files in it."
        )
    return f"{path} does not exist: give an export's zip, folder or file."


_OTHER_FILES = {
    "a spreadsheet: save its sheet as CSV (UTF-8) and import that": (
        *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers"),
    ),
    "an archive that Stride does not unpack: unpack it and import the folder": (
        *(".7z", ".rar", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz"),
        *(".zip.gz", ".bz2", ".xz", ".zst"),
    ),
    "no zip archive, or cut off: download it again": (".zip",),
}


def other_file(name: str) -> str | None:
    """What a file is that Stride can't read, by its name, and what to do.

    Examples
    --------
    >>> other_file("Activities.xlsx")
    'a spreadsheet: save its sheet as CSV (UTF-8) and import that'
    >>> other_file("photo.jpg") is None
    True
    """
    name = name.lower()
    return next((what for what, ends in _OTHER_FILES.items() if name.endswith(ends)), None)


def read(entry: Entry) -> bytes:
    """Read one file, unpacked.

    Parameters
    ----------
    entry : Entry

    Returns
    -------
    bytes
        At most `MAX_FILE_BYTES`; a ``.gz`` is unpacked.

    Raises
    ------
    StrideError
        If it is damaged, or larger than any real file.
    """
    try:
        with _opened(entry) as stream:
            content = _bounded(stream, entry.name)
        if content[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                content = _bounded(stream, entry.name, packed=len(content))
        return content
    except _DAMAGE as problem:
        raise StrideError(
            f"{entry.name} can't be read ({_said(problem)}): export or copy it again."
        ) from None
    except MemoryError:
        raise StrideError(f"{entry.name} does not fit into memory.") from None


def written_at(entry: Entry) -> float | None:
    """When a file was last written, as its zip or folder says; Unix time, None if unknown."""
    try:
        if not entry.members:
            return entry.path.stat().st_mtime
        archive = _archive(entry.path, entry.members[:-1])
        packed = archive.getinfo(entry.members[-1]).date_time
    except (*_DAMAGE, KeyError):
        return None
    # 1980 is how a zip says that it doesn't know.
    return datetime(*packed, tzinfo=UTC).timestamp() if packed[0] > 1980 else None


def _list_folder(root: Path, listing: Listing) -> None:
    def unreadable(problem: OSError):
        name = os.path.relpath(problem.filename, root)
        if name == ".":
            raise problem
        listing.refused.append(Refused(name, _said(problem)))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(folder, name)
            shown = f"{root.resolve().name}/{path.relative_to(root).as_posix()}"
            if _hidden(name):
                continue
            if path.is_symlink():
                listing.refused.append(Refused(shown, "a link, not a file"))
            elif path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
                try:
                    with zipfile.ZipFile(path) as archive:
                        _list_zip(archive, path, (), shown, listing)
                except _DAMAGE as problem:
                    listing.refused.append(Refused(shown, _said(problem)))
            elif path.is_file():
                listing.entries.append(Entry(path, (), shown))


def _list_zip(archive, path: Path, above: tuple, shown: str, listing: Listing) -> None:
    """Add a zip's members; of members with one name the last counts, as zip tools do."""
    members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    total = sum(info.file_size for info in members.values())
    if len(members) > MAX_FILES or total > MAX_TOTAL_BYTES:
        raise StrideError(f"{shown} would unpack to {total / 1e9:,.0f} GB: this is not an export.")
    doubled = len(archive.infolist()) - len({info.filename for info in archive.infolist()})
    if doubled:
        come = "comes" if doubled == 1 else "come"
        listing.refused.append(
            Refused(shown, f"{doubled} of its files {come} twice; the last of each is read")
        )
    for name, info in members.items():
        parts = name.replace("\\", "/").split("/")
        if any(_hidden(part) for part in parts if part != ".."):
            continue
        member = f"{shown}/{'/'.join(part for part in parts if part not in ('', '.', '..'))}"
        if stat.S_ISLNK(info.external_attr >> 16):
            listing.refused.append(Refused(member, "a link, not a file"))
        elif info.flag_bits & 1:
            listing.refused.append(Refused(member, "it is encrypted"))
        elif info.file_size > _largest(name) or _is_bomb(info.file_size, info.compress_size):
            listing.refused.append(Refused(member, f"it would unpack to {info.file_size:,} bytes"))
        elif name.lower().endswith(".zip") and len(above) >= MAX_DEPTH:
            listing.refused.append(Refused(member, f"a zip below {MAX_DEPTH} others"))
        elif name.lower().endswith(".zip"):
            try:
                with _nested_zip(archive, name, member) as nested:
                    _list_zip(nested, path, (*above, name), member, listing)
            except _DAMAGE as problem:
                listing.refused.append(Refused(member, _said(problem)))
        elif len(listing.entries) > MAX_FILES:
            raise StrideError(
                f"{shown} holds more than {MAX_FILES:,} files: this is not an export."
            )
        else:
            listing.entries.append(Entry(path, (*above, name), member))
            listing.exported_at[member] = info.date_time


def _largest(name: str) -> int:
    """Largest size of a file by its kind, bytes."""
    kind = name.lower().rsplit(".", 1)[-1]
    return {"xml": MAX_XML_BYTES, "zip": MAX_ZIP_BYTES}.get(kind, MAX_FILE_BYTES)


def _nested_zip(archive: zipfile.ZipFile, name: str, shown: str) -> zipfile.ZipFile:
    """A zip in a zip; one that is stored without packing is read in place."""
    info = archive.getinfo(name)
    if info.compress_type == zipfile.ZIP_STORED:
        return zipfile.ZipFile(archive.open(info))
    with archive.open(info) as stream:
        return zipfile.ZipFile(io.BytesIO(_bounded(stream, shown, largest=MAX_ZIP_BYTES)))


_nested: tuple[tuple, zipfile.ZipFile] | None = None


@contextmanager
def opened(entry: Entry) -> Iterator[io.IOBase]:
    """Open one file as a stream of at most `MAX_XML_BYTES`; a ``.gz`` is not unpacked.

    Raises
    ------
    StrideError
        If it is damaged.
    """
    try:
        with _opened(entry) as stream:
            yield stream
    except _DAMAGE as problem:
        raise StrideError(
            f"{entry.name} can't be read ({_said(problem)}): export or copy it again."
        ) from None


@contextmanager
def _opened(entry: Entry) -> Iterator[io.IOBase]:
    if not entry.members:
        with entry.path.open("rb") as stream:
            yield stream
        return
    archive = _archive(entry.path, entry.members[:-1])
    with archive.open(archive.getinfo(entry.members[-1])) as stream:
        yield stream


def _archive(path: Path, above: tuple) -> zipfile.ZipFile:
    """The zip a member is in; the last one stays open, as its directory is slow to read."""
    global _nested
    key = (path, path.stat().st_mtime_ns, above)
    if _nested is None or _nested[0] != key:
        archive = zipfile.ZipFile(path)
        for name in above:
            archive = _nested_zip(archive, name, name)
        _nested = (key, archive)
    return _nested[1]


def _bounded(stream, name: str, packed: int | None = None, largest: int = MAX_FILE_BYTES) -> bytes:
    parts, size = [], 0
    while part := stream.read(1024**2):
        parts.append(part)
        size += len(part)
        if size > largest or (packed is not None and _is_bomb(size, packed)):
            megabytes = (size - 1) // 1024**2
            raise StrideError(
                f"{name} unpacks to more than {megabytes:,} MB: no real file is that large."
            )
    return b"".join(parts)


def _is_bomb(size: int, packed: int) -> bool:
    return size > 16 * 1024**2 and size > MAX_RATIO * max(packed, 1)


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))


def _said(problem: BaseException) -> str:
    """Return the library's message without paths of this computer."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return " ".join(str(problem).split())[:120] or type(problem).__name__
