"""Reads samples of an XML file as columns, from the elements below each point."""

from math import nan

import numpy as np

from stride.ingest.device.safe_xml import local_name
from stride.ingest.device.text import number, unix_time


def read_points(points, column_of: dict[str, str], attributes: dict[str, str] | None = None):
    """Collect what points say.

    Parameters
    ----------
    points : iterable of lxml elements
    column_of : dict of str to str
        Lower-case element name to column; ``time`` is the column of the times.
    attributes : dict of str to str, optional
        Attribute of a point to column.

    Returns
    -------
    epoch_s : list of float
        One per point, NaN without a time.
    columns : dict of str to ndarray of shape (n_points,)
        NaN where a point has no such number.
    first_time : str or None
        As written.

    Examples
    --------
    >>> from lxml import etree
    >>> text = "<a><p x='1'/><p><time>1990-01-02T00:00:00Z</time><b>7</b></p></a>"
    >>> read_points(etree.fromstring(text), {"time": "time", "b": "power_w"}, {"x": "latitude"})
    ... # doctest: +NORMALIZE_WHITESPACE
    ([nan, 631238400.0],
     {'power_w': array([nan,  7.]), 'latitude': array([ 1., nan])},
     '1990-01-02T00:00:00Z')
    """
    attributes = attributes or {}
    found = {column: ([], []) for column in (*column_of.values(), *attributes.values())}
    column_at = {}  # by the tag as lxml spells it, so that each name is taken apart once
    count = 0
    for count, point in enumerate(points, start=1):
        for element in point.iter():
            tag = element.tag
            column = column_at.get(tag)
            if column is None:
                column = column_at[tag] = column_of.get(local_name(tag).lower(), "")
            if column:
                where, texts = found[column]
                where.append(count - 1)
                texts.append(element.text)
        for attribute, column in attributes.items():
            where, texts = found[column]
            where.append(count - 1)
            texts.append(point.get(attribute))
    epoch_s = [nan] * count
    where, times = found.pop("time")
    for at, text in zip(where, times, strict=True):
        epoch_s[at] = unix_time(text)
    columns = {}
    for column, (where, texts) in found.items():
        if where:
            columns[column] = np.full(count, nan)
            columns[column][where] = _numbers(texts)
    return epoch_s, columns, times[0] if times else None


def _numbers(texts: list[str | None]) -> np.ndarray:
    try:
        return np.array(list(map(float, texts)))
    except (TypeError, ValueError):
        return np.array([number(text) for text in texts])
