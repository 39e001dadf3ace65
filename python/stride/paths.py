"""Where Stride keeps what: everything lives below ``STRIDE_HOME``."""

import os
from pathlib import Path


def home() -> Path:
    """Folder of the landing, the DuckDB file, the registry and the report.

    Returns
    -------
    Path
        ``$STRIDE_HOME``, or ``data`` below the working directory.
    """
    return Path(os.environ.get("STRIDE_HOME", "data"))


def landing() -> Path:
    """Folder of the landed Parquet files: ``$STRIDE_LANDING``, or ``landing`` below the home."""
    return Path(os.environ.get("STRIDE_LANDING") or home() / "landing")


def database() -> Path:
    """The DuckDB file that dbt builds."""
    return home() / "stride.duckdb"


def strava() -> Path:
    """Folder of the connections to Strava; nothing of it is ever landed."""
    return home() / "strava"


def deliveries() -> Path:
    """Folder of the log of mails that were sent."""
    return home() / "deliveries"


def report() -> Path:
    """The HTML report."""
    return home() / "report" / "index.html"
