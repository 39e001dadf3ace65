"""The samples of an intact FIT file as columns, read a column at a time.

A decoder that makes an object of every value takes twenty times as long. What is not plain (a
compressed timestamp, an array, a packed speed) is left to the decoder, as is every other message.
"""

from typing import NamedTuple

import numpy as np

_RECORD = 20
_FIELDS = {  # number: name, scale, offset
    253: ("timestamp", 1, 0),
    0: ("position_lat", 1, 0),
    1: ("position_long", 1, 0),
    2: ("altitude", 5, 500),
    3: ("heart_rate", 1, 0),
    4: ("cadence", 1, 0),
    5: ("distance", 100, 0),
    6: ("speed", 1000, 0),
    7: ("power", 1, 0),
    13: ("temperature", 1, 0),
    73: ("enhanced_speed", 1000, 0),
    78: ("enhanced_altitude", 5, 500),
}
_PACKED = {8}
"""Fields that hold two values, and only a decoder takes apart."""

_TYPES = {  # FIT's base type: numpy's, and the value that means nothing was measured
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    0x0A: ("u1", 0),
    0x0D: ("u1", 0xFF),
    0x83: ("i2", 0x7FFF),
    0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFFFFFF),
    0x86: ("u4", 0xFFFFFFFF),
    0x8B: ("u2", 0),
    0x8C: ("u4", 0),
    0x88: ("f4", None),
    0x89: ("f8", None),
}


class Split(NamedTuple):
    """A FIT file in two."""

    rest: bytes
    """The file without its samples, for the decoder."""
    columns: dict[str, np.ndarray]
    """FIT's name of a field to its values, NaN where nothing was measured."""
    developer: dict[tuple[int, int], list]
    """Developer's index and field number to (position, endianness, bytes) of its values."""
    count: int


class _Shape(NamedTuple):
    """A definition message: how the bytes of the messages after it are to be read."""

    number: int
    size: int
    order: str
    fields: list[tuple[int, int, int, int]]
    """Number, place, size and base type."""
    developer: list[tuple[int, int, int, int]]
    """Number, place, size and developer's index."""


def split(content: bytes) -> Split | None:
    """Take the samples out of a file.

    Parameters
    ----------
    content : bytes
        A whole FIT file.

    Returns
    -------
    Split or None
        None if the file is damaged or not plain: the decoder has to read all of it.
    """
    head, body = content[0], int.from_bytes(content[4:8], "little")
    end = head + body
    if body == 0 or len(content) != end + 2:
        return None
    try:
        shapes, places, others = _walk(content, head, end)
    except (IndexError, KeyError):
        return None
    if shapes is None:
        return None
    rest = b"".join(content[first:last] for first, last in others)
    whole = content[:4] + len(rest).to_bytes(4, "little") + content[8:head] + rest + b"\0\0"
    order = np.argsort(np.concatenate([np.zeros(0), *places]), kind="stable")
    columns, developer = _columns(content, shapes, places, order)
    return Split(whole, columns, developer, len(order))


def _walk(content: bytes, at: int, end: int):
    """Definitions of samples, where the samples of each are, and the spans of everything else."""
    current: dict[int, tuple[int, list[int] | None]] = {}
    shapes: list[_Shape] = []
    places: list[list[int]] = []
    others: list[tuple[int, int]] = []
    kept_from = at
    while at < end:
        header = content[at]
        if header & 0x80:
            return None, [], []
        if header & 0x40:
            shape, after = _definition(content, at, bool(header & 0x20))
            samples = None
            if shape.number == _RECORD:
                if not _is_plain(shape):
                    return None, [], []
                samples = []
                shapes.append(shape)
                places.append(samples)
            current[header & 0x0F] = (shape.size, samples)
            at = after
            continue
        size, samples = current[header & 0x0F]
        if samples is not None:
            if kept_from < at:
                others.append((kept_from, at))
            samples.append(at + 1)
            kept_from = at + 1 + size
        at += 1 + size
    if at != end:
        return None, [], []
    others.append((kept_from, end))
    return shapes, places, others


def _definition(content: bytes, at: int, has_developer: bool) -> tuple[_Shape, int]:
    order = ">" if content[at + 2] else "<"
    number = int.from_bytes(content[at + 3 : at + 5], "big" if order == ">" else "little")
    count, at = content[at + 5], at + 6
    fields, place = [], 0
    for _ in range(count):
        field, size, kind = content[at : at + 3]
        fields.append((field, place, size, kind))
        place, at = place + size, at + 3
    developer = []
    if has_developer:
        count, at = content[at], at + 1
        for _ in range(count):
            field, size, index = content[at : at + 3]
            developer.append((field, place, size, index))
            place, at = place + size, at + 3
    return _Shape(number, place, order, fields, developer), at


def _is_plain(shape: _Shape) -> bool:
    return all(
        number not in _PACKED
        and (
            number not in _FIELDS or (kind in _TYPES and size == np.dtype(_TYPES[kind][0]).itemsize)
        )
        for number, _, size, kind in shape.fields
    )


def _columns(content: bytes, shapes: list[_Shape], places: list[list[int]], order: np.ndarray):
    count, start = len(order), 0
    file = np.frombuffer(content, np.uint8)
    columns: dict[str, np.ndarray] = {}
    developer: dict[tuple[int, int], list] = {}
    rank = np.empty(count, int)
    rank[order] = np.arange(count)
    for shape, at in zip(shapes, places, strict=True):
        rows = rank[start : start + len(at)]
        start += len(at)
        messages = file[np.array(at, int)[:, None] + np.arange(shape.size)]
        for number, place, size, kind in shape.fields:
            if number in _FIELDS:
                name, scale, offset = _FIELDS[number]
                values = values_of(messages[:, place : place + size], shape.order, kind)
                column = columns.setdefault(name, np.full(count, np.nan))
                column[rows] = values / scale - offset
        for number, place, size, index in shape.developer:
            found = (rows, shape.order, messages[:, place : place + size])
            developer.setdefault((index, number), []).append(found)
    return columns, developer


def values_of(raw: np.ndarray, order: str, kind: int) -> np.ndarray:
    """Numbers of one field, NaN where nothing was measured.

    Parameters
    ----------
    raw : ndarray of shape (n, size)
        Bytes.
    order : {"<", ">"}
    kind : int
        FIT's base type.

    Examples
    --------
    >>> values_of(np.array([[150], [255]], np.uint8), "<", 0x02)
    array([150.,  nan])
    """
    dtype, nothing = _TYPES[kind]
    values = np.ascontiguousarray(raw).view(np.dtype(dtype).newbyteorder(order)).ravel()
    real = values.astype(float)
    if nothing is not None:
        real[values == nothing] = np.nan
    return real
