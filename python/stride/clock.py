"""The moment a run stands for: now, or in a replay the moment it plays."""

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The moment the run stands for, UTC.

    Returns
    -------
    datetime
        ``$STRIDE_RUN_AT`` (UTC, as ``2024-12-01 05:00:00``), which `stride replay` sets; else the
        clock's.
    """
    moment = os.environ.get("STRIDE_RUN_AT")
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else datetime.now(UTC)
