"""The time of a run: now, or the simulated time of a replay."""

import os
from datetime import UTC, datetime


def now() -> datetime:
    """Return the time of the run, UTC.

    Returns
    -------
    datetime
        ``$STRIDE_RUN_AT`` (UTC, as ``2024-12-01 05:00:00``), which `stride replay` sets; otherwise
        the current time.
    """
    moment = os.environ.get("STRIDE_RUN_AT")
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else datetime.now(UTC)
