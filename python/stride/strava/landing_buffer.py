"""Buffers activities and lands them in batches, so that an interruption loses little."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stride.ingest import landing as landed
from stride.ingest import strava_json
from stride.ingest.land_activities import Landed, Source, land_summaries
from stride.strava.landed_activities import DETAILS, KIND, STREAMS, fingerprint, source_file

_PATIENCE_S = 300


class LandingBuffer:
    """Rows of one athlete that have not landed yet.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    sleep : callable
    """

    def __init__(self, landing: Path, athlete_id: str, sleep: Callable = time.sleep):
        self.landing, self.athlete_id, self.sleep = landing, athlete_id, sleep
        self.rows: dict[frozenset[str], list[dict]] = defaultdict(list)
        self.total = Landed()

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def add(
        self,
        listed: dict,
        details: dict | None = None,
        streams: object = None,
        *,
        parts=frozenset(),
    ) -> None:
        """Add an activity.

        Parameters
        ----------
        listed : dict
            Its entry in the list of activities.
        details : dict, optional
            Its details, if they were requested.
        streams : dict or list, optional
            Its samples, if it has any.
        parts : frozenset of str
            Parts that were requested.
        """
        entry = details if DETAILS in parts else listed
        # Nested, because an activity may itself have a key of either name.
        row = strava_json.read_row({"activity": entry, "streams": streams}, 1)
        self.rows[parts].append(_measured(row) | {"row_hash": fingerprint(listed, parts)})

    def land(self, gone: Iterable[str] = (), refused: Iterable[str] = ()) -> None:
        """Land all rows and deletions; they are on the disk on return.

        Parameters
        ----------
        gone : iterable of str
            Deleted activities.
        refused : iterable of str
            Sentences about refused activities, for the record of the import.
        """
        for parts in list(self.rows) or [frozenset()]:
            rows = self.rows.pop(parts, [])
            for number, row in enumerate(rows, start=1):
                row["source_row_number"] = number
            digest = hashlib.sha256("".join(row["row_hash"] for row in rows).encode()).hexdigest()
            source = Source(KIND, source_file(parts), digest)
            with self._writing():
                done = land_summaries(
                    self.landing, self.athlete_id, rows, source, (), refused, gone
                )
            self.total = self.total.plus(done)
            gone = refused = ()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Lock the landing, waiting for another import to finish."""
        with ExitStack() as stack:
            for second in range(_PATIENCE_S + 1):
                try:
                    stack.enter_context(landed.writing(self.landing))
                    break
                except landed.LandingBusy:
                    if second == _PATIENCE_S:
                        raise
                    self.sleep(1)
            yield


def _measured(row: dict) -> dict:
    """Add measures computed from the samples; unusable samples only leave out those measures."""
    streams = row.pop("streams", None)
    if not streams:
        return row
    from stride.ingest.device import measure_streams

    try:
        return row | measure_streams(streams, row.get("sport_type"))
    except (ValueError, TypeError, OverflowError):
        unreadable = [row["unreadable_cells"], STREAMS]
        return row | {"unreadable_cells": ",".join(filter(None, unreadable))}
