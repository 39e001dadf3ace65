"""Sanitises untrusted text for e-mail headers and single lines."""

import unicodedata

_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of control, direction, surrogate and line-end characters."""


def one_line(text: str | None, longest: int = 200) -> str:
    """Put the visible characters of a text on one line.

    Parameters
    ----------
    text : str or None
    longest : int
        Longer texts are cut and end in an ellipsis.

    Returns
    -------
    str

    Examples
    --------
    >>> one_line("Easy\\r\\nBcc: all@example.org"), one_line("a" * 9, longest=5), one_line(None)
    ('Easy Bcc: all@example.org', 'aaaa…', '')
    """
    shown = "".join(
        " " if c in "\r\n\t\u2028\u2029" else c
        for c in (text or "")[: 20 * longest]
        if c in "\r\n\t\u2028\u2029" or unicodedata.category(c) not in _NOT_SHOWN
    )
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
