"""Strangers' text, made fit for a header or a line: it says what it says and does nothing else."""

import unicodedata

_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, direction marks, half characters and line ends."""


def one_line(text: str | None, longest: int = 200) -> str:
    """A text as one line of what can be seen.

    Parameters
    ----------
    text : str or None
    longest : int
        Characters after which it ends in an ellipsis.

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
