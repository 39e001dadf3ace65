"""One command at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stride.errors import StrideError
from stride.lock import take


@contextmanager
def alone(folder: Path, make: Callable) -> Iterator:
    """Hold a folder for one command; a second one is told so.

    Parameters
    ----------
    folder : Path
        Made with mode 0700 if missing.
    make : callable
        Makes what is handed out, once the folder is held.

    Raises
    ------
    StrideError
        If another command is at work.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        if not take(lock):
            raise StrideError(
                "Another stride strava command is at work: wait for it, then run this one again."
            )
        yield make()
