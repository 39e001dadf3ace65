"""Gathers what was read and lands it together, so that neither a kill nor a limit loses much."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stride.ingest import landing as landed
from stride.ingest import strava_json
from stride.ingest.summaries import Landed, Source, land_summaries
from stride.strava.known import DETAILS, KIND, STREAMS, fingerprint, source_file

_PATIENCE_S = 300


class Pile:
    """Rows of one athlete that are read and not yet landed.

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
            As the list of activities tells it.
        details : dict, optional
            As it is told when asked for.
        streams : dict or list, optional
            Its samples, if it has any.
        parts : frozenset of str
            What was asked for beyond the list.
        """
        entry = details if DETAILS in parts else listed
        # Kept apart: an activity may itself have a key of either name.
        row = strava_json.read_row({"activity": entry, "streams": streams}, 1)
        self.rows[parts].append(_measured(row) | {"row_hash": fingerprint(listed, parts)})

    def land(self, gone: Iterable[str] = (), refused: Iterable[str] = ()) -> None:
        """Land everything, and what is gone; on return it is on the disk.

        Parameters
        ----------
        gone : iterable of str
            Activities that exist no longer.
        refused : iterable of str
            Sentences, kept in the record.
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
        """Hold the landing; an import by somebody else is waited for."""
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
    """The row with what follows from its samples; samples that can't be used spoil only that."""
    streams = row.pop("streams", None)
    if not streams:
        return row
    from stride.ingest.device import measure_streams

    try:
        return row | measure_streams(streams, row.get("sport_type"))
    except (ValueError, TypeError, OverflowError):
        said = [row["unreadable_cells"], STREAMS]
        return row | {"unreadable_cells": ",".join(filter(None, said))}
