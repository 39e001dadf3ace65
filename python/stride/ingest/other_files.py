"""Reads lists, JSON and health exports of other platforms in an import."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from stride.errors import StrideError
from stride.ingest import archive
from stride.ingest.archive import Entry

JSON = (".json", ".ndjson", ".jsonl")


@dataclass
class Bundle:
    """Rows found, by kind of landing."""

    activities: list[dict] = field(default_factory=list)
    """Rows of a list that is not Strava's."""
    strava: list[dict] = field(default_factory=list)
    """Rows of Strava's API."""
    forecasts: list[dict] = field(default_factory=list)
    wellness: list[dict] = field(default_factory=list)
    sport_of: dict[str, str] = field(default_factory=dict)
    """Entry name of a recording to the sport that a list names for it."""
    found: Counter = field(default_factory=Counter)
    """Whose files these are to how many were read."""
    notes: list[str] = field(default_factory=list)
    """Sentences on how a file was read, where that is not certain."""
    refused: list[str] = field(default_factory=list)
    """Files that were not read, each with the reason."""
    digest: object = field(default_factory=hashlib.sha256)
    """SHA-256 of what was read."""
    file: str = ""
    """Name for the record."""

    def take(self, entry: Entry, what: str) -> None:
        """Record that a file was read."""
        self.found[what] += 1
        self.digest.update(entry.name.encode())
        self.file = entry.name if not self.file else f"{sum(self.found.values())} files"


def collect(entries: list[Entry], recordings: list[Entry] = ()) -> Bundle:
    """Read every file of a platform that Stride knows, whatever its name.

    Parameters
    ----------
    entries : list of Entry
    recordings : list of Entry
        FIT, TCX and GPX files beside them, of which a list may name the sport.

    Returns
    -------
    Bundle
    """
    bundle = Bundle()
    for entry in entries:
        try:
            if entry.base.endswith(".csv"):
                _read_table(entry, bundle)
            elif entry.base.endswith(JSON):
                _read_json(entry, bundle, is_alone=len(entries) == 1 and not recordings)
            elif entry.base.endswith(".xml"):
                _read_health(entry, recordings, bundle)
            elif what := archive.other_file(entry.name):
                bundle.refused.append(f"{entry.name}: {what}")
        except StrideError as problem:
            bundle.refused.append(str(problem))
    return bundle


def _read_table(entry: Entry, bundle: Bundle) -> None:
    from stride.ingest import mapped_csv

    content = archive.read(entry)
    mapping = mapped_csv.shipped_mapping(content, entry.name)
    if mapping is None:
        bundle.take(entry, "tables that Stride does not know")
        return
    read = mapped_csv.read_rows(content, entry.name, mapping)
    bundle.activities += [row for found in read.values() for row in found.rows]
    bundle.notes += dict.fromkeys(note for found in read.values() for note in found.notes)
    bundle.take(entry, f"lists of {mapping.platform}")


def _read_json(entry: Entry, bundle: Bundle, is_alone: bool) -> None:
    from stride.ingest import json_files, strava_json

    content = archive.read(entry)
    found = json_files.read(content, entry.name)
    for part in found:
        rows = bundle.strava if part.is_strava else bundle.activities
        rows += part.activities
        bundle.forecasts += part.forecasts
        bundle.wellness += part.wellness
        bundle.take(entry, part.what)
    if not found and not is_alone and not strava_json.has_activity(content, entry.name):
        # Profiles, sleep, daily totals: most files of an account's export.
        bundle.take(entry, "JSON without an activity")
    elif not found:
        bundle.strava += strava_json.read_rows(content, entry.name).rows
        bundle.take(entry, "activities of Strava's API")


def _read_health(entry: Entry, recordings: list[Entry], bundle: Bundle) -> None:
    from stride.ingest import apple_health

    with archive.opened(entry) as stream:
        if not apple_health.is_export(stream.read(65536)):
            return
    with archive.opened(entry) as stream:
        health = apple_health.read_export(stream, entry.name)
    bundle.activities += health.workouts
    bundle.wellness += health.wellness
    folder = entry.name.rpartition("/")[0]
    for each in recordings:
        if each.name.startswith(folder) and (sport := health.sport_of_route.get(each.base)):
            bundle.sport_of[each.name] = sport
    bundle.take(entry, "exports of Apple Health")
