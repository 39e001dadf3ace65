"""Numbers with their noun, for messages."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun, in the singular or the plural.

    Parameters
    ----------
    number : int
    noun : str
        In the singular.
    plural : str, optional
        Where it is not the noun with an s.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "correction"), counted(2000, "activity", "activities")
    ('1 correction', '2,000 activities')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
