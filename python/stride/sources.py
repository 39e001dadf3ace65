"""What was imported from where, so that `stride update` brings in what is new there."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError


class Source(NamedTuple):
    """A file or folder that was imported, and how."""

    path: str
    """Absolute."""
    athlete_id: str | None = None
    """None where the file itself names the athletes."""
    mapping: str | None = None
    sport: str | None = None
    is_partial: bool = False
    with_streams: bool = False
    is_folder: bool = False
    seen: str | None = None
    """`marks` of the path when it was last imported."""


def marks(path: Path, is_wanted=lambda name: True) -> str | None:
    """Tell one state of a file or folder from another, by names, sizes and times of change.

    Parameters
    ----------
    path : Path
    is_wanted : callable, optional
        Of the name of a file in the folder to bool: others do not count.

    Returns
    -------
    str or None
        None if it is not there.
    """
    hasher = hashlib.sha256()
    try:
        if not path.is_dir():
            found = path.stat()
            hasher.update(f"{found.st_size} {found.st_mtime_ns}".encode())
            return hasher.hexdigest()
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(filter(is_wanted, files)):
                file = os.path.join(folder, name)
                found = os.stat(file)
                line = f"{os.path.relpath(file, path)} {found.st_size} {found.st_mtime_ns}\n"
                hasher.update(line.encode("utf-8", "surrogateescape"))
    except OSError:
        return None
    return hasher.hexdigest()


class Sources:
    """The sources of a home, in a file of it.

    Parameters
    ----------
    home : Path
    """

    def __init__(self, home: Path):
        self._file = home / "sources.json"

    def all(self) -> list[Source]:
        """Return every source, in the order in which they were first imported.

        Raises
        ------
        StrideError
            If the file was changed by hand so that it can't be read.
        """
        try:
            rows = json.loads(self._file.read_text(encoding="utf-8"))
            return [Source(**row) for row in rows]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):
            raise StrideError(
                f"{self._file} can't be read: delete it, then import your exports again; nothing "
                "is doubled."
            ) from None

    def remember(self, source: Source) -> None:
        """Keep a source, in place of what was kept of the same path and athlete."""
        others = [s for s in self.all() if s[:2] != source[:2]]
        self._write([*others, source])

    def forget(self, is_gone) -> int:
        """Forget the sources for which ``is_gone`` is true; return how many."""
        before = self.all()
        kept = [source for source in before if not is_gone(source)]
        if len(kept) < len(before):
            self._write(kept)
        return len(before) - len(kept)

    def _write(self, sources: list[Source]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        rows = [source._asdict() for source in sources]
        part.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(self._file)
