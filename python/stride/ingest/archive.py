"""Find ``activities.csv`` in what the user points at: an export's zip, its folder or the file."""

import gzip
import zipfile
import zlib
from pathlib import Path

from stride.errors import StrideError

MAX_CSV_BYTES = 2 * 1024**3
"""A CSV larger than this is no export of one athlete (a zip bomb is)."""

_NAME = "activities.csv"


def read_activities_csv(path: Path) -> tuple[bytes, str]:
    """Read the activities table of a Strava export.

    Parameters
    ----------
    path : Path
        ``export_123.zip``, the unpacked folder, ``activities.csv`` or ``activities.csv.gz``.

    Returns
    -------
    content : bytes
        The CSV, unpacked.
    source_file : str
        Name for the record: the archive's or file's own name, never its folder.

    Raises
    ------
    StrideError
        If there is no such table, or it can't be unpacked.
    """
    try:
        if path.is_dir():
            for name in (_NAME, f"{_NAME}.gz"):
                if (path / name).is_file():
                    return _read_file(path / name), f"{path.resolve().name}/{name}"
            raise StrideError(f"There is no {_NAME} in the folder {path}.")
        if not path.is_file():
            raise StrideError(f"{path} does not exist: give an export's zip, folder or {_NAME}.")
        if zipfile.is_zipfile(path):
            return _read_zip(path), path.name
        return _read_file(path), path.name
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as problem:
        raise StrideError(f"{path} can't be read ({problem}): export or copy it again.") from None


def _read_file(path: Path) -> bytes:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as stream:
        return _bounded(stream, path)


def _read_zip(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        # Only this one member is read, and nothing is unpacked to disk: hostile names do no harm.
        members = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == _NAME]
        members = [name for name in members if not name.startswith("__MACOSX/")]
        if not members:
            raise StrideError(f"There is no {_NAME} in {path}: is it a Strava export?")
        with archive.open(min(members, key=len)) as stream:
            return _bounded(stream, path)


def _bounded(stream, path: Path) -> bytes:
    content = stream.read(MAX_CSV_BYTES + 1)
    if len(content) > MAX_CSV_BYTES:
        raise StrideError(f"The table in {path} is larger than 2 GB: that is no athlete's export.")
    return content
