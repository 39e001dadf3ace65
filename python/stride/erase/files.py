"""Removes reports, logs and messages about an athlete, and finds remaining mentions."""

import gzip
import json
import os
import shutil
from pathlib import Path

from stride.erase.traces import Traces
from stride.ingest.landing import put_on_disk

_MADE_AGAIN = ("target", "logs")
"""Folders of a home that dbt recreates."""
_REPORTS = (".html", ".pdf", ".csv")
_OWN = ("landing", "mlflow-artifacts", "strava", "deliveries")


def erase_made(home: Path, traces: Traces) -> int:
    """Remove reports, dbt's logs and compiled files, and reports and tables saved elsewhere.

    Parameters
    ----------
    home : Path
    traces : Traces

    Returns
    -------
    int
        Number of reports removed, of any format.
    """
    for name in _MADE_AGAIN:
        shutil.rmtree(home / name, ignore_errors=True)
    reports = {file for file in (home / "report").rglob("*") if file.suffix in _REPORTS}
    for file in home.rglob("*.html"):
        if not _is_below(file, home, _OWN) and b"<title>Stride" in file.read_bytes():
            reports |= {file} if _mentions(file, traces) else set()
    for file in home.rglob("stride-*.csv"):
        reports |= {file} if _mentions(file, traces) else set()
    for file in reports:
        file.unlink()
    return len(reports)


def erase_strava(folder: Path, athlete_id: str) -> None:
    """Remove incomplete tokens and states of killed processes.

    Parameters
    ----------
    folder : Path
        May be missing.
    athlete_id : str
    """
    for pattern in (f".{athlete_id}.json.*.part", f".athlete-{athlete_id}.json.*.part"):
        for part in folder.rglob(pattern):
            part.unlink()


def erase_run_files(project: Path, traces: Traces) -> None:
    """Remove dbt's files outside the home that mention the athlete.

    Parameters
    ----------
    project : Path
        Folder that dbt runs in.
    traces : Traces
    """
    for variable, name in (("DBT_TARGET_PATH", "target"), ("DBT_LOG_PATH", "logs")):
        folder = Path(os.environ.get(variable) or project / name)
        if variable not in os.environ and not (project / "dbt_project.yml").exists():
            continue
        names = ("*.log*", "*.json", "*.sql", "*.html", "*.csv")
        for file in (file for pattern in names for file in folder.rglob(pattern)):
            if file.is_file() and _mentions(file, traces):
                file.unlink()


def erase_deliveries(log: Path, message_ids: frozenset[str]) -> None:
    """Remove an athlete's messages from the log of mails.

    Parameters
    ----------
    log : Path
        May be missing.
    message_ids : frozenset of str
    """
    if not log.exists() or not message_ids:
        return
    kept = []
    for line in log.read_bytes().splitlines(keepends=True):
        try:
            is_kept = json.loads(line).get("message_id") not in message_ids
        except (ValueError, AttributeError):
            is_kept = True
        if is_kept:
            kept.append(line)
    part = log.with_name(f"{log.name}.{os.getpid()}.part")
    part.write_bytes(b"".join(kept))
    put_on_disk(part)
    part.replace(log)


def find_left(home: Path, traces: Traces) -> list[Path]:
    """List files below the home that mention the athlete but were not written by Stride.

    Parameters
    ----------
    home : Path
    traces : Traces

    Returns
    -------
    list of Path
    """
    own = (*_OWN, "replay")
    files = (file for file in home.rglob("*") if not _is_below(file, home, own))
    return sorted(
        file
        for file in files
        if file.is_file()
        and not file.name.startswith(("stride.duckdb", "mlflow.db"))
        and (traces.word.search(file.stem) or _mentions(file, traces))
    )


def _is_below(file: Path, home: Path, names) -> bool:
    return file.relative_to(home).parts[0] in names


def _mentions(file: Path, traces: Traces) -> bool:
    """Whether a file, unzipped, contains the id as a word or a long text of the athlete."""
    content = file.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError):
            return False
    text = content.decode("utf-8", errors="replace")
    if traces.composite.search(text) or (traces.is_word and traces.word.search(text)):
        return True
    return any(known in text for known in traces.distinctive)
