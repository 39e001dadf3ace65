"""Log of the workspace's requests, one JSON object per line."""

import json
import time
from pathlib import Path


class Log:
    """Appends to `statements.jsonl`; a test may assert on the SQL and on the REST bodies."""

    def __init__(self, state: Path):
        self._file = (state / "statements.jsonl").open("a", buffering=1)

    def write(self, kind: str, **facts) -> None:
        """Add one record."""
        record = {"kind": kind, "at": round(time.time(), 3), **facts}
        self._file.write(json.dumps(record, default=str) + "\n")
