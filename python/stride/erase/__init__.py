"""Removes one athlete from all files of Stride and records the erasure."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from stride.erase import files
from stride.erase.registry import erase_registry
from stride.erase.tables import Facts, erase_tables, read_facts
from stride.erase.traces import Traces, identifies, read_texts
from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import known_athletes
from stride.ingest.schema import KINDS
from stride.ingest.settings import check_athlete_id
from stride.sources import Sources


class Erased(NamedTuple):
    """Result of an erasure."""

    landed_rows: int
    table_rows: int
    reports: int
    left: list[Path]
    """Files below the home that mention the athlete and that Stride did not write."""


def erase_athlete(athlete_id: str, home: Path, landing: Path) -> Erased:
    """Remove an athlete from all files below a home, replays included.

    A model trained on the athlete stays until the next training, which runs without them. The
    landed files are removed last, so that an interrupted erasure can be completed by running it
    again.

    Parameters
    ----------
    athlete_id : str
    home, landing : Path
        ``STRIDE_HOME`` and the landing folder.

    Returns
    -------
    Erased

    Raises
    ------
    StrideError
        If there is no such athlete, or another process uses the database.
    """
    check_athlete_id(athlete_id)
    found = None
    for replay in _replays(home, landing):
        found = _erase_home(athlete_id, replay, replay / "landing", found)
    found = _erase_home(athlete_id, home, landing, found)
    if found is None:
        raise StrideError(f"There is no athlete {athlete_id}: nothing was erased.")
    return found


def _replays(home: Path, landing: Path) -> list[Path]:
    """Return the homes of replays below the home."""
    if not home.is_dir():
        return []
    folders = {folder.parent.parent for folder in home.rglob("landing/athlete_settings")}
    return sorted(f for f in folders - {home} if (f / "landing").resolve() != landing.resolve())


def _erase_home(athlete_id: str, home: Path, landing: Path, before: Erased | None):
    """Erase from one home and add the counts of ``before``; None if there is no such athlete."""
    with landed.writing(landing):
        mine = _landed_files(landing, athlete_id)
        database = home / "stride.duckdb"
        facts = read_facts(database, athlete_id)
        if not mine and athlete_id not in facts.athletes:
            return before
        traces = _traces(athlete_id, landing, facts)
        tables, reports = _erase_beside(home, traces, facts)
        rows = sum(pq.read_metadata(f).num_rows for f in mine if f.suffix == ".parquet")
        if mine:
            _erase_landed(landing, athlete_id, mine, rows)
    left = files.find_left(home, traces)
    old = before or Erased(0, 0, 0, [])
    return Erased(old[0] + rows, old[1] + tables, old[2] + reports, [*old[3], *left])


def _erase_beside(home: Path, traces: Traces, facts: Facts) -> tuple[int, int]:
    """Erase from all but the landing; the tables last, because they are needed to find the rest."""
    reports = files.erase_made(home, traces)
    files.erase_run_files(Path.cwd(), traces)
    files.erase_deliveries(home / "deliveries" / "deliveries.jsonl", facts.message_ids)
    Sources(home).forget(lambda source: source.athlete_id == traces.athlete_id)
    files.erase_strava(home / "strava", traces.athlete_id)
    erase_registry(home / "mlflow.db", home / "mlflow-artifacts", traces, facts.races)
    return erase_tables(home / "stride.duckdb", traces), reports


def _traces(athlete_id: str, landing: Path, facts: Facts) -> Traces:
    mine = read_texts(landing, lambda name: name.startswith(f"{athlete_id}.")) | facts.texts
    others = read_texts(landing, lambda name: not name.startswith(f"{athlete_id}."))
    names = {*known_athletes(landing), *facts.athletes} - {athlete_id}
    own_words = set(facts.own_words.splitlines())
    texts = {
        text
        for text in mine - others - names - {athlete_id}
        if identifies(text) and text.casefold() not in own_words
    }
    return Traces(
        athlete_id,
        frozenset(names),
        frozenset(texts),
        frozenset(others),
        frozenset(mine | others),
        facts.own_words,
    )


def _landed_files(landing: Path, athlete_id: str) -> list[Path]:
    """Return the athlete's files, including incomplete ones of a killed import."""
    return [
        file
        for kind in KINDS
        if kind != "erasures"
        for file in sorted((landing / kind).glob(f"{athlete_id}.*"))
        if file.suffix in (".parquet", ".part")
    ]


def _erase_landed(landing: Path, athlete_id: str, mine: list[Path], rows: int) -> None:
    moment = landed.now()
    # Recorded before the files are removed, so that an interruption in between loses nothing.
    landed.write(
        landing,
        "erasures",
        f"erased.{moment:%Y%m%dT%H%M%S%f}",
        [
            {
                "athlete_hash": hashlib.sha256(athlete_id.encode()).hexdigest(),
                "rows_erased": rows,
                "ingested_at": moment,
            }
        ],
    )
    for file in mine:
        file.unlink()
