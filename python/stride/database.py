"""The DuckDB file has one writer at a time."""

import re
from pathlib import Path

from stride.errors import StrideError


def ensure_free(database: Path) -> None:
    """Raise one sentence if another process holds the file.

    Parameters
    ----------
    database : Path
        May be missing.

    Raises
    ------
    StrideError
    """
    import duckdb

    if not database.exists():
        return
    try:
        duckdb.connect(str(database)).close()
    except duckdb.IOException as problem:
        if "lock" not in str(problem).lower():
            raise
        process = re.search(r"PID (\d+)", str(problem))
        holder = f"process {process[1]}" if process else "another process"
        raise StrideError(
            f"{database} is in use by {holder}: wait until that run is over, or close what reads "
            "the file, then run this one again."
        ) from None
