"""Small tables that people write by hand: athletes and corrections."""

import csv
import io
from collections.abc import Iterator


def read_lines(content: bytes) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Read a table with a header.

    Parameters
    ----------
    content : bytes
        UTF-8; comma or semicolon separated, as the header is.

    Returns
    -------
    header : list of str
        Lower case, trimmed.
    lines : iterator of (int, dict)
        Line number in the file and header to trimmed text; blank lines are left out.

    Examples
    --------
    >>> header, lines = read_lines(b"ID; Note\\n1; far \\n;\\n")
    >>> header, list(lines)
    (['id', 'note'], [(2, {'id': '1', 'note': 'far'})])
    """
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "")
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    header = [column.strip().lower() for column in reader.fieldnames or []]
    reader.fieldnames = header
    return header, _filled(reader)


def _filled(reader: csv.DictReader) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(reader, start=2):
        # A cell too many has no header; one that is missing is an empty one.
        cells = {key: (value or "").strip() for key, value in row.items() if key is not None}
        if any(cells.values()):
            yield number, cells
