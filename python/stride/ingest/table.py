"""Reads a delimited text file: detects encoding and delimiter, splits header and rows."""

import csv
import io
from collections.abc import Callable
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import archive

LARGEST_CELL = 16 * 1024**2
"""Characters. A larger cell is no text of a person but a file with a quote left open."""

_CODE_PAGES = (  # Windows, by country; then what Macs and older systems write
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1254",
    "cp1253",
    "cp1257",
    "cp932",
    "gb18030",
    "cp950",
    "cp949",
    "mac_roman",
    "mac_latin2",
    "mac_cyrillic",
    "mac_turkish",
    "mac_greek",
    "iso8859_2",
    "iso8859_5",
    "iso8859_9",
    "koi8_r",
    "cp850",
    "cp852",
    "cp866",
    "euc_jp",
)

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Table(NamedTuple):
    """Header and rows, every cell as text."""

    header: list[str]
    rows: list[list[str]]
    """Without blank rows; a row may have fewer or more cells than the header."""
    delimiter: str

    def column(self, at: int) -> list[str]:
        """The cells of one column, stripped; empty where a row is too short."""
        try:
            return [row[at].strip() for row in self.rows]
        except IndexError:
            return [row[at].strip() if at < len(row) else "" for row in self.rows]

    def raw_rows(self) -> list[str]:
        """Each row as JSON: ``[header, text]`` of its non-empty cells, as received."""
        starts = [f"[{quoted(name)}, " for name in self.header]
        found = []
        for row in self.rows:
            if len(row) > len(starts):
                starts += ["[null, "] * (len(row) - len(starts))
            pairs = [f"{start}{quoted(text)}]" for start, text in zip(starts, row) if text]  # noqa: B905
            found.append(f"[{', '.join(pairs)}]")
        return found


def read_table(
    content: bytes,
    source_file: str,
    delimiter: str | None = None,
    count_known: Callable[[list[str]], int] | None = None,
) -> Table:
    """Split a file into header and rows.

    Parameters
    ----------
    content : bytes
        UTF-8, UTF-16 or a code page.
    source_file : str
        Used in messages.
    delimiter : str, optional
        By default the one of comma, semicolon and tab that the header has most of.
    count_known : callable, optional
        Counts the headers that mean something: of the code pages the one with most is the file's.

    Returns
    -------
    Table

    Raises
    ------
    StrideError
        If the file is empty, has a cell over 16 MB or can't be split.

    Examples
    --------
    >>> read_table("a;b\\n1;2\\n;\\n3\\n".encode("utf-16"), "x.csv")
    Table(header=['a', 'b'], rows=[['1', '2'], ['3']], delimiter=';')
    """
    if archive.is_web_page(content):
        raise StrideError(
            f"{source_file} is a web page and no table: log in where the export is and download it "
            "again."
        )
    text = decode(content, count_known)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # written by Excel
        delimiter, text = first.strip()[4:5] or None, rest
    delimiter = delimiter or find_delimiter(text)
    limit = csv.field_size_limit(LARGEST_CELL)
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if row and (row[0].strip() or any(map(str.strip, row)))
        ]
    except csv.Error as problem:
        if "field larger" in str(problem):
            raise StrideError(
                f"{source_file} has a cell over 16 MB: is a quotation mark left open? "
                "Export it again."
            ) from None
        raise StrideError(f"{source_file} is not a CSV table ({problem}).") from None
    finally:
        csv.field_size_limit(limit)
    if not rows:
        raise StrideError(f"{source_file} is empty: export it again.")
    return Table(rows[0], rows[1:], delimiter)


def decode(content: bytes, count_known: Callable[[list[str]], int] | None = None) -> str:
    """Bytes to text, without byte order mark and NULs.

    Parameters
    ----------
    content : bytes
    count_known : callable, optional
        See `read_table`; without it a code page is taken for cp1252.

    Examples
    --------
    >>> decode("Höhe".encode("cp1252")), decode("Höhe".encode("utf-16-le"))
    ('Höhe', 'Höhe')
    """
    for bom, encoding in _BOMS.items():
        if content.startswith(bom):
            return content.decode(encoding, errors="replace").replace("\0", "")
    start = content[:400]
    if len(start) > 3 and start.count(0) > len(start) / 3:  # UTF-16 of western text: half NULs
        encoding = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return content.decode(encoding, errors="replace").replace("\0", "")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
        # UTF-8 with a few broken bytes has many good characters beyond ASCII; a Windows file none.
        broken = text.count("\ufffd")
        if sum(not character.isascii() for character in text) < 2 * broken:
            text = content.decode(_code_page(content, count_known), errors="replace")
    return text.replace("\0", "").removeprefix("\ufeff")


def _code_page(content: bytes, count_known) -> str:
    """The code page in which most headers are known; of equals the most common one."""
    if count_known is None:
        return "cp1252"
    header = b"\n".join(content[:100_000].splitlines()[:2])
    known = {}
    for encoding in _CODE_PAGES:
        text = header.decode(encoding, errors="replace")
        line = text.partition("\n")[2 if text.lower().startswith("sep=") else 0]
        known[encoding] = count_known(next(csv.reader([line], delimiter=find_delimiter(line)), []))
    return max(known, key=known.get)


def find_delimiter(text: str) -> str:
    """The candidate that occurs most often in the header, outside quotation marks."""
    header = ""
    for line in text[:100_000].splitlines():
        header += line
        if header.strip() and header.count('"') % 2 == 0:
            break
    plain = "".join(header.split('"')[::2])
    return max(",;\t", key=plain.count)


def printable(names: list[str]) -> str:
    """Headers for a message: one line, no control characters, at most 400 characters."""
    text = ", ".join(name.strip() for name in names if name.strip())
    text = "".join(character for character in text if character.isprintable())
    return text if len(text) <= 400 else text[:400] + "..."
