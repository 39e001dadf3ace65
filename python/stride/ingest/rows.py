"""What every reader of a table hands back."""

from typing import NamedTuple


class Rows(NamedTuple):
    """The activities of one table."""

    rows: list[dict]
    """One per activity: the keys of `stride.ingest.schema.SUMMARY` (None or absent where the table
    does not say), ``unreadable_cells``, ``raw_row`` and ``source_row_number``."""
    unknown_columns: list[str]
    """Headers that the reader does not know, as received. Their cells are in ``raw_row``."""
    language: str | None
    """Language of the header, such as ``de``; None where there is none to tell."""
    notes: tuple[str, ...] = ()
    """Sentences on how the table was read, where that is not certain."""
