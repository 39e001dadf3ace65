"""Paths of Stride's files, all below ``STRIDE_HOME``."""

import os
from pathlib import Path

from stride.errors import StrideError


def home() -> Path:
    """Folder of the landing, the DuckDB file, the registry and the report.

    Returns
    -------
    Path
        ``$STRIDE_HOME``, or ``data`` below the working directory.

    Raises
    ------
    StrideError
        If DuckDB can't open a file there.
    """
    folder = Path(os.environ.get("STRIDE_HOME", "data"))
    if bad := sorted(set(str(folder)) & set("?#")):
        raise StrideError(
            f"STRIDE_HOME is {folder}: DuckDB can't open files in a folder with "
            f"{' or '.join(bad)} in its name; choose another one."
        )
    return folder


def landing() -> Path:
    """Folder of the landed Parquet files: ``$STRIDE_LANDING``, or ``landing`` below the home."""
    return Path(os.environ.get("STRIDE_LANDING") or home() / "landing")


def database() -> Path:
    """The DuckDB file that dbt builds."""
    return home() / "stride.duckdb"


def strava() -> Path:
    """Folder of tokens and sync states of Strava."""
    return home() / "strava"


def deliveries() -> Path:
    """Folder of the log of sent mails."""
    return home() / "deliveries"


def report() -> Path:
    """The HTML report."""
    return home() / "report" / "index.html"
