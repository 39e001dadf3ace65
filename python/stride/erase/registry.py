"""Removes one athlete from MLflow's database and artifacts; model versions stay usable."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from stride.erase.traces import Traces
from stride.ingest.landing import put_on_disk
from stride.racetime.stored import EXAMPLES

_TEXTS = (".csv", ".json", ".md", ".txt", ".html")
_VALUES = ("value", "description", "dataset_profile", "dataset_source")
"""Columns of MLflow's tables that contain values of runs."""


def erase_registry(database: Path, artifacts: Path, traces: Traces, races) -> int:
    """Remove an athlete's rows from tables of runs, and the id from texts and tags.

    Parameters
    ----------
    database : Path
        ``mlflow.db``; may be missing.
    artifacts : Path
        Folder of the runs and versions; may be missing.
    traces : Traces
    races : set of (float, float)
        Distance (m) and time (s) of the athlete's races; some tables contain them without an id.

    Returns
    -------
    int
        Files and tags that changed.
    """
    changed = 0
    for file in sorted(artifacts.rglob("*")) if artifacts.is_dir() else ():
        if file.suffix == ".part":
            file.unlink()
        elif "code" in file.parts or file.name == EXAMPLES or not file.is_file():
            continue
        elif file.suffix == ".parquet":
            changed += _erase_parquet(file, traces, races)
        elif file.suffix in _TEXTS:
            changed += _erase_text(file, traces, races)
    return changed + _erase_tags(database, traces)


def _erase_parquet(file: Path, traces: Traces, races) -> bool:
    frame = pd.read_parquet(file)
    kept = frame[~_of_athlete(frame, traces, races)]
    if len(kept) == len(frame):
        return False
    schema = pq.read_schema(file)
    part = _part(file)
    kept.to_parquet(part, index=False, schema=schema)
    return _put(part, file)


def _of_athlete(frame: pd.DataFrame, traces: Traces, races) -> pd.Series:
    """Select rows with the athlete's id, its hash, or a text or race result of the athlete."""
    from stride.racetime.paired import hashed

    known = {traces.athlete_id, hashed(traces.athlete_id)}
    own = pd.Series(False, index=frame.index)
    for name in frame.select_dtypes(exclude=["number", "bool", "datetime"]):
        cells = frame[name].astype(str)
        own |= cells.isin(known) | cells.map(lambda cell: traces.without(cell) != cell)
    if {"distance_m", "race_time_s"} <= set(frame):
        results = zip(frame["distance_m"], frame["race_time_s"], strict=True)
        own |= pd.Series([result in races for result in results], index=frame.index, dtype=bool)
    return own


def _erase_text(file: Path, traces: Traces, races) -> bool:
    before = file.read_text(encoding="utf-8")
    text: str | None = before
    if file.name.endswith("input_example.json"):  # documentation only; rows of single races
        text = before if traces.without(before) == before else None
    elif file.name == "dle_reference.json":
        kept = json.loads(before)
        if kept["reference"] is not None:
            frame = pd.DataFrame(kept["reference"])
            is_own = _of_athlete(frame, traces, races)
            if is_own.any():
                kept["trees"] = None  # they learned from these rows: fitted again from the others
            frame = frame[~is_own]
            kept["reference"] = frame.to_dict(orient="list")
            text = json.dumps(kept)
    else:
        text = traces.without(before)
    if text == before:
        return False
    if text is None:
        file.unlink()
        return True
    part = _part(file)
    part.write_text(text, encoding="utf-8")
    return _put(part, file)


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.{os.getpid()}.part")


def _put(part: Path, file: Path) -> bool:
    put_on_disk(part)
    part.replace(file)
    return True


def _erase_tags(database: Path, traces: Traces) -> int:
    """Replace the id in tags, parameters and notes, and vacuum the database."""
    if not database.exists():
        return 0
    changed = 0
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("pragma secure_delete = on")
        connection.create_function("without", 2, lambda key, text: _without(traces, key, text))
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            columns = [row[1] for row in connection.execute(f'pragma table_info("{table}")')]
            key = "key" if "key" in columns else "''"
            for name in set(columns).intersection(_VALUES):
                done = connection.execute(
                    f'update "{table}" set "{name}" = without({key}, "{name}") '
                    f'where typeof("{name}") = \'text\' and "{name}" <> without({key}, "{name}")'
                )
                changed += done.rowcount
        connection.commit()
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return changed


def _without(traces: Traces, key: str, text: str) -> str:
    # Values of MLflow's own keys are single words, and an athlete may have the id "champion".
    is_free = " " in text or ":" in text or not key.startswith(("mlflow.", "stride."))
    return traces.without(text) if is_free else text
