"""One process at a time."""

from typing import IO


def take(lock: IO) -> bool:
    """Lock an open file until it is closed; False if somebody else has it.

    Where locks don't exist (a Databricks Volume) nothing guards: True.

    Parameters
    ----------
    lock : file
        Open for writing.

    Returns
    -------
    bool
    """
    try:
        import fcntl
    except ImportError:
        return _take_on_windows(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _take_on_windows(lock: IO) -> bool:
    try:
        import msvcrt
    except ImportError:
        return True
    lock.seek(0)
    try:
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
