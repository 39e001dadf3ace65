"""Writes small FIT files, so that tests need no personal recordings."""

import struct

from stride.ingest.device.fit import FIT_EPOCH_S, checksum

FILE_ID, SPORT, SESSION, LAP, RECORD, ACTIVITY = 0, 12, 18, 19, 20, 34
EVENT, MONITORING, LENGTH = 21, 55, 101
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207

START_S = 1_700_000_000  # Unix time of every file's start
ENUM, SINT8, UINT8, STRING, UINT16, SINT32, UINT32 = 0x00, 0x01, 0x02, 0x07, 0x84, 0x85, 0x86
_PACKED = {ENUM: "B", SINT8: "b", UINT8: "B", UINT16: "H", SINT32: "i", UINT32: "I"}
SPORTS = {"running": 1, "cycling": 2, "transition": 3, "swimming": 5}
SUB_SPORTS = {None: 0, "treadmill": 1, "trail": 3, "virtual_activity": 58}


def fit_time(seconds: float) -> int:
    """Seconds after `START_S` as FIT counts."""
    return int(START_S - FIT_EPOCH_S + seconds)


def fit_file(messages: list[tuple]) -> bytes:
    """Encode messages: (number, {field: (type, value)}[, {developer field: value}])."""
    body, shape = b"", None
    for number, fields, *more in messages:
        developer = more[0] if more else {}
        kinds = [(at, len(_bytes(kind, value)), kind) for at, (kind, value) in fields.items()]
        if (number, kinds, list(developer)) != shape:
            shape = (number, kinds, list(developer))
            body += struct.pack("<BBBHB", 0x60 if developer else 0x40, 0, 0, number, len(kinds))
            body += b"".join(struct.pack("BBB", *kind) for kind in kinds)
            if developer:
                body += struct.pack("B", len(developer))
                body += b"".join(struct.pack("BBB", at, 2, 0) for at in developer)
        body += b"\0" + b"".join(_bytes(kind, value) for kind, value in fields.values())
        body += b"".join(struct.pack("<H", value) for value in developer.values())
    head = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    whole = head + struct.pack("<H", checksum(head)) + body
    return whole + struct.pack("<H", checksum(whole))


def _bytes(kind: int, value) -> bytes:
    if kind == STRING:
        return value.encode() + b"\0"
    return struct.pack("<" + _PACKED[kind], value)


def file_id(kind: int = 4, created: float = 0) -> tuple:
    """Type 4 is an activity; ``created`` in seconds after `START_S`."""
    return FILE_ID, {
        0: (ENUM, kind),
        1: (UINT16, 1),
        2: (UINT16, 3113),
        4: (UINT32, fit_time(created)),
    }


def sport(name: str, sub_sport: str | None = None) -> tuple:
    """The message that a watch writes when the sport is chosen."""
    return SPORT, {0: (ENUM, SPORTS[name]), 1: (ENUM, SUB_SPORTS[sub_sport])}


def lap(start: float, seconds: float, name: str) -> tuple:
    return LAP, {
        253: (UINT32, fit_time(start + seconds)),
        2: (UINT32, fit_time(start)),
        8: (UINT32, round(seconds * 1000)),
        25: (ENUM, SPORTS[name]),
    }


def timer_stop(second: float) -> tuple:
    """The event that a watch writes when it is paused."""
    return EVENT, {253: (UINT32, fit_time(second)), 0: (ENUM, 0), 1: (ENUM, 4)}


def monitoring() -> tuple:
    return MONITORING, {253: (UINT32, fit_time(0)), 3: (UINT32, 100)}


def record(second: float, *, developer: dict | None = None, **values) -> tuple:
    """One sample; ``altitude`` in m, ``distance`` in m, ``lat`` and ``lon`` in degrees."""
    fields = {253: (UINT32, fit_time(second))}
    for name, value in values.items():
        at, kind, raw = {
            "lat": (0, SINT32, lambda v: round(v * 2**31 / 180)),
            "lon": (1, SINT32, lambda v: round(v * 2**31 / 180)),
            "altitude": (2, UINT16, lambda v: round((v + 500) * 5)),
            "heart_rate": (3, UINT8, int),
            "distance": (5, UINT32, lambda v: round(v * 100)),
            "power": (7, UINT16, int),
            "temperature": (13, SINT8, int),
        }[name]
        fields[at] = (kind, raw(value))
    return (RECORD, fields, developer) if developer else (RECORD, fields)


def session(start: float, elapsed: float, sport="running", sub_sport=None, **values) -> tuple:
    fields = {
        253: (UINT32, fit_time(start + elapsed)),
        2: (UINT32, fit_time(start)),
        5: (ENUM, SPORTS[sport]),
        6: (ENUM, SUB_SPORTS[sub_sport]),
        7: (UINT32, round(elapsed * 1000)),
        8: (UINT32, round(values.get("timer", elapsed) * 1000)),
    }
    if "distance" in values:
        fields[9] = (UINT32, round(values["distance"] * 100))
    if "ascent" in values:
        fields[22] = (UINT16, values["ascent"])
    return SESSION, fields


def length(start: float, seconds: float, *, is_active: bool) -> tuple:
    """One length of a pool, or a rest at the wall."""
    return LENGTH, {
        253: (UINT32, fit_time(start + seconds)),
        2: (UINT32, fit_time(start)),
        4: (UINT32, round(seconds * 1000)),
        12: (ENUM, int(is_active)),
    }


def activity(end: float, utc_offset_s: int) -> tuple:
    local = fit_time(end) + utc_offset_s
    return ACTIVITY, {253: (UINT32, fit_time(end)), 1: (UINT16, 1), 5: (UINT32, local)}


def stryd() -> list[tuple]:
    """Declares developer field 0, "Power" in watts."""
    return [
        (DEVELOPER_DATA_ID, {3: (UINT8, 0)}),
        (
            FIELD_DESCRIPTION,
            {
                0: (UINT8, 0),
                1: (UINT8, 0),
                2: (UINT8, UINT16),
                3: (STRING, "Power"),
                8: (STRING, "Watts"),
            },
        ),
    ]


def steady_run(seconds: int = 1800, mps: float = 3.0, bpm: int = 150) -> bytes:
    """Each second the same; the last sample is at ``seconds``."""
    samples = [
        record(
            t,
            lat=52 + t * mps / 111_195,
            lon=5.0,
            altitude=10.0,
            distance=t * mps,
            heart_rate=bpm,
        )
        for t in range(seconds + 1)
    ]
    return fit_file(
        [
            file_id(),
            *samples,
            session(0, seconds, distance=seconds * mps, ascent=7),
            activity(seconds, 7200),
        ]
    )
