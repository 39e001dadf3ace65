"""Atomic, fsynced writes of small files with mode 0600."""

import os
from pathlib import Path

from stride.ingest.landing import put_on_disk


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, atomically; it is on the disk on return.

    Parameters
    ----------
    path : Path
        Its folder is created with mode 0700 if it is missing.
    text : str
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        # Created with mode 0600: a chmod afterwards would leave it readable for a moment.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    put_on_disk(path.parent)
