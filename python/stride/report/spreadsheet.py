"""Writes tables as CSV that spreadsheets open without executing formulas."""

import csv
import io
from urllib.parse import quote

import pandas as pd

from stride.report.formatting import clean

# A cell that begins with one of these is a formula to Excel, LibreOffice and Google Sheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(frame: pd.DataFrame) -> str:
    """Write a frame as CSV; text is never a formula.

    Parameters
    ----------
    frame : DataFrame
        Text columns are untrusted; numbers stay numbers.

    Returns
    -------
    str
        RFC 4180, with a header.

    References
    ----------
    OWASP, CSV Injection: a leading apostrophe makes a cell text.

    Examples
    --------
    >>> to_csv(pd.DataFrame({"name": ['=HYPERLINK("http://x")', "10k"], "miss_pct": [-1.5, 2.0]}))
    'name,miss_pct\\r\\n"\\'=HYPERLINK(""http://x"")",-1.5\\r\\n10k,2.0\\r\\n'
    """
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        lines.writerow(_cell(value) for value in row)
    return out.getvalue()


def data_link(frame: pd.DataFrame) -> str:
    """Return the CSV as a data URL, so that the page can offer it as a download offline."""
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + to_csv(frame))


def _cell(value):
    if isinstance(value, str):
        text = clean(value, 1000)
        return f"'{text}" if text.startswith(_FORMULA) else text
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value
