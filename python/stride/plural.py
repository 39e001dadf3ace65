"""Formats numbers with their noun for messages."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Format a number with its noun in singular or plural.

    Parameters
    ----------
    number : int
    noun : str
        Singular.
    plural : str, optional
        If it is not the singular with an s.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "correction"), counted(2000, "activity", "activities")
    ('1 correction', '2,000 activities')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
