"""What was tried and what was sent: a log that only grows, written before and after each mail.

On this machine it is a file, as a build may be writing the database at the moment; in a Databricks
workspace it is a table. It names messages by their hash, and no addresses.
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from stride.errors import StrideError
from stride.ingest.landing import put_on_disk
from stride.lock import take

SENDING, SENT, REFUSED, FAILED = "sending", "sent", "refused", "failed"
"""Events: started, accepted by the server, refused permanently, failed temporarily."""


class Deliveries:
    """The log, open for writing.

    Parameters
    ----------
    file : Path
    """

    def __init__(self, file: Path):
        self._file = file
        self._events: dict[str, list[str]] = {}
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            try:
                entry = json.loads(line)
                self._events.setdefault(entry["message_id"], []).append(entry["event"])
            except (ValueError, KeyError, TypeError):
                continue  # an incomplete line after a power loss

    def is_done(self, message_id: str) -> bool:
        """Whether a message was sent or refused permanently."""
        return not {SENT, REFUSED}.isdisjoint(self._events.get(message_id, ()))

    def write(self, message_id: str, event: str, code: int | None = None) -> None:
        """Note an event; it is kept when this returns.

        Parameters
        ----------
        message_id : str
        event : {"sending", "sent", "refused", "failed"}
        code : int, optional
            Reply code of the server.
        """
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "message_id": message_id,
            "event": event,
            "code": code,
        }
        self._append(entry)
        self._events.setdefault(message_id, []).append(event)

    def _append(self, entry: dict) -> None:
        with self._file.open("a+b") as log:
            # Do not append to an incomplete line.
            log.seek(0, 2)
            if log.tell():
                log.seek(-1, 2)
                if log.read(1) != b"\n":
                    log.write(b"\n")
            log.write(json.dumps(entry).encode() + b"\n")
            log.flush()
            put_on_disk(self._file)


class TableDeliveries(Deliveries):
    """The log as a table of a catalog; made where it is missing.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    catalog : str
    """

    def __init__(self, session, catalog: str):
        self._session, self._table = session, f"{catalog}.gold.deliveries"
        session.sql(
            f"""create table if not exists {self._table} (noted_at timestamp, message_id string,
            event string, code int) comment 'One row per event of a mail, by stride notify.'"""
        ).collect()
        self._events = {}
        for row in session.sql(f"select message_id, event from {self._table}").collect():
            self._events.setdefault(row["message_id"], []).append(row["event"])

    def _append(self, entry: dict) -> None:
        # Literals, for Spark has no parameters in an INSERT: a hash, a word and a number, all ours.
        code = "null" if entry["code"] is None else int(entry["code"])
        self._session.sql(
            f"""insert into {self._table} select cast('{entry["at"]}' as timestamp),
            '{entry["message_id"]}', '{entry["event"]}', cast({code} as int)"""
        ).collect()


@contextmanager
def open_deliveries(folder: Path):
    """Open the log, with a lock against a second `stride notify`.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Deliveries

    Raises
    ------
    StrideError
        If another `stride notify` is running.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        if not take(lock):
            raise StrideError("Another stride notify is running: wait for it.")
        yield Deliveries(folder / "deliveries.jsonl")
