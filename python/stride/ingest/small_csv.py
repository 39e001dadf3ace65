"""Reads small handwritten tables: athletes, corrections and plans."""

import csv
import io
from collections.abc import Iterator

from stride.errors import StrideError
from stride.ingest.table import decode, find_delimiter


def read_lines(content: bytes, name: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Read a table with a header.

    Parameters
    ----------
    content : bytes
        Comma, semicolon or tab separated, as the header is.
    name : str
        For messages.

    Returns
    -------
    header : list of str
        Lower case, trimmed.
    lines : iterator of (int, dict)
        Line number in the file and header to trimmed text; blank lines are left out.

    Raises
    ------
    StrideError
        For a column that comes twice, or text that is no table.

    Examples
    --------
    >>> header, lines = read_lines(b"ID; Note\\n1; far \\n;\\n", "x.csv")
    >>> header, list(lines)
    (['id', 'note'], [(2, {'id': '1', 'note': 'far'})])
    """
    reader = _opened(content)
    header = _header(reader, name)
    twice = next((c for c in header if c and header.count(c) > 1), None)
    if twice:
        raise StrideError(f"{name} has the column {twice!r} twice: leave one of them out.")
    return header, _filled(header, reader, name)


def read_header(content: bytes, name: str) -> list[str]:
    """Read only the header, see `read_lines`; a column may occur twice."""
    return _header(_opened(content[:65_536]), name)


def _opened(content: bytes):
    text = decode(content)
    return csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))


def _header(reader, name: str) -> list[str]:
    names = next((row for row in _rows(reader, name) if any(map(str.strip, row))), [])
    return [column.strip().lower() for column in names]


def _filled(header: list[str], reader, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    for row in _rows(reader, name):
        # A cell too many has no header; one that is missing is an empty one.
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        found = dict(zip(header, cells, strict=False))
        if any(found.values()):
            yield reader.line_num, found


def _rows(reader, name: str) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as problem:
        raise StrideError(
            f"{name}, line {reader.line_num}: {problem}; is a quotation mark left open?"
        ) from None
