"""Detects the kind of a small CSV by its name, or by its columns."""

from pathlib import Path

from stride.errors import StrideError
from stride.ingest import archive
from stride.ingest.settings import NUMBERS, TEXTS
from stride.ingest.small_csv import read_header

CORRECTIONS = ("races", "exclusions", "loads", "sports")
"""Kinds that correct activities."""

FORECASTS = "forecasts"
"""The kind with forecasts of other predictors."""

_FORECASTS = {"predictor", "forecast_date", "predicted_time"}
"""Columns that distinguish forecasts from planned races, which also have a ``race_date``."""

_SHARED = ("activity_id", "athlete_id", "note", "withdrawn")
_OWN = {
    "races": ("is_race", "official_distance", "official_time", "is_maximal", "race_date", "sport"),
    "exclusions": ("reason",),
    "loads": ("training_load",),
    "sports": ("sport",),
    "athletes": ("timezone", "valid_from", "archive", *TEXTS, *NUMBERS),
}
_SPORTS = {"sport", *_SHARED}
COLUMNS = {kind: (_SHARED[0], *_OWN[kind], *_SHARED[2:], _SHARED[1]) for kind in CORRECTIONS} | {
    "athletes": ("athlete_id", *_OWN["athletes"])
}
"""Kind to the columns that it may have."""


def kind_of(name: str, content: bytes) -> str | None:
    """Detect the kind of a CSV.

    Parameters
    ----------
    name : str
        Names such as ``races.csv`` determine the kind; otherwise the columns do.
    content : bytes

    Returns
    -------
    str or None
        ``races``, ``exclusions``, ``loads``, ``sports``, ``athletes`` or ``forecasts``; None for a
        table of activities.

    Raises
    ------
    StrideError
        If the columns are ambiguous.

    Examples
    --------
    >>> kind_of("mine.csv", b"activity_id,is_race\\n"), kind_of("activities.csv", b"Activity ID\\n")
    ('races', None)
    """
    name = name.lower().removesuffix(".gz")
    stem = name.removesuffix(".csv")
    if not name.endswith(".csv"):
        return None
    if stem in ("athletes", "activities"):
        return stem if stem == "athletes" else None
    columns = {column for column in read_header(content, name) if column}
    if stem == FORECASTS or (stem not in CORRECTIONS and columns >= _FORECASTS):
        return FORECASTS
    if stem in CORRECTIONS:
        _refuse_two_kinds(name, {stem} | _kinds(columns) - {"exclusions", "athletes"}, columns)
        return stem
    key = columns & {"activity_id", "race_date", "athlete_id"}
    kinds = _kinds(columns) if key else set()
    if kinds > {"exclusions"} and "activity_id" in columns:
        kinds -= {"exclusions"}  # a reason is a note elsewhere
    _refuse_two_kinds(name, kinds, columns)
    if not kinds:
        if "activity_id" in columns and columns <= set(_SHARED):
            raise StrideError(
                f"{name} has ambiguous columns: name it races.csv, exclusions.csv, "
                "loads.csv or sports.csv."
            )
        return None
    (kind,) = kinds
    unknown = sorted(columns - set(COLUMNS[kind]))
    if unknown and kind != "races":
        raise StrideError(
            f"{name} has columns of {kind}.csv and others ({', '.join(unknown[:5])}): name it "
            f"{kind}.csv if it is one, or describe its columns with --mapping."
        )
    return kind


def is_athletes(path: Path) -> bool:
    """Whether a file is ``athletes.csv``, by its name or else by its columns."""
    if path.name.lower() == "athletes.csv":
        return True
    if not path.is_file() or not path.name.lower().removesuffix(".gz").endswith(".csv"):
        return False
    content = archive.read(archive.list_files(path).entries[0])
    return kind_of(path.name, content) == "athletes"


def _kinds(columns: set[str]) -> set[str]:
    kinds = {kind for kind, own in _OWN.items() if columns.intersection(own) - {"sport"}}
    # Races may have a sport too; beside other columns it is one of a table of activities.
    return kinds or ({"sports"} if "sport" in columns and columns <= _SPORTS else set())


def _refuse_two_kinds(name: str, kinds: set[str], columns: set[str]) -> None:
    if len(kinds) > 1:
        named = [f"{kind}.csv ({', '.join(sorted(columns & set(_OWN[kind])))})" for kind in kinds]
        raise StrideError(
            f"{name} has columns of {' and of '.join(sorted(named))}: split it into several files."
        )
