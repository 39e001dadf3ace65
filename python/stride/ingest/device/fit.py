"""FIT: one session per leg, records shared out by time.

The samples of an intact file are read as columns (`fit_records`), and fitdecode does the rest: five
times as fast as fitdecode for all of it. fitdecode's data processor only makes nicer values, and
what is needed of it (epoch, half circles) is arithmetic on whole columns.
"""

import io
from collections import defaultdict
from math import nan

import fitdecode
import numpy as np

from stride.ingest.device import dating, sports
from stride.ingest.device.fit_records import split, values_of
from stride.ingest.device.problem import Unreadable
from stride.ingest.device.session import Session, build, tidy_text
from stride.ingest.device.timer import at

FIT_EPOCH_S = 631065600
"""1989-12-31T00:00:00Z as Unix time."""

_RECORD = {
    "timestamp",
    "distance",
    "enhanced_speed",
    "speed",
    "heart_rate",
    "power",
    "enhanced_altitude",
    "altitude",
    "cadence",
    "temperature",
    "position_lat",
    "position_long",
    "Power",  # Stryd's developer field; a power meter's own field is lower case
}
_COLUMNS = {  # first of these that a file has
    "distance_m": ("distance",),
    "speed_mps": ("enhanced_speed", "speed"),
    "heart_rate_bpm": ("heart_rate",),
    "power_w": ("power", "Power"),
    "altitude_m": ("enhanced_altitude", "altitude"),
    "cadence_rpm": ("cadence",),
    "temperature_c": ("temperature",),
}
_TOTALS = {
    "elapsed_time_s": "total_elapsed_time",
    "timer_time_s": "total_timer_time",
    "distance_m": "total_distance",
    "elevation_gain_m": "total_ascent",
    "avg_hr_bpm": "avg_heart_rate",
    "max_hr_bpm": "max_heart_rate",
    "avg_power_w": "avg_power",
}
_KEPT = {
    "session",
    "activity",
    "file_id",
    "course",
    "length",
    "lap",
    "sport",
    "timestamp_correlation",
} | {
    "field_description",
    "event",
}
_BASE_TYPES = {  # of developer fields: FIT's number and size, by number or name
    **dict.fromkeys((0x02, "uint8"), (0x02, 1)),
    **dict.fromkeys((0x83, "sint16"), (0x83, 2)),
    **dict.fromkeys((0x84, "uint16"), (0x84, 2)),
    **dict.fromkeys((0x85, "sint32"), (0x85, 4)),
    **dict.fromkeys((0x86, "uint32"), (0x86, 4)),
    **dict.fromkeys((0x88, "float32"), (0x88, 4)),
    **dict.fromkeys((0x89, "float64"), (0x89, 8)),
}
_TIMES = ("timestamp", "start_time")
_SYSTEM_TIME = 0x10000000
"""A FIT time below this counts from when the device was switched on."""


def read_fit(name: str, content: bytes, clocks_s=(), written_s=()) -> list[Session]:
    """Read every session; of a damaged file, what comes before the damage.

    Raises
    ------
    Unreadable
        If there is neither a session nor a sample.
    """
    messages, columns, warnings = _decode(content)
    legs = messages["session"]
    if not legs and not len(columns["timestamp"]):
        if _kind(messages) not in (None, "activity"):
            raise _no_activity(name, messages)
        if not warnings:
            raise Unreadable("no_records", f"{name} is a FIT file without a recording.")
        cut = any("ends" in warning for warning in warnings)
        raise Unreadable(
            "truncated_file" if cut else "broken_file",
            f"{name} {'ends' if cut else 'breaks off'} before the first sample: export it again.",
        )
    if not legs and _kind(messages) not in (None, "activity"):
        raise _no_activity(name, messages)
    time_flags = _set_clock(messages, columns["timestamp"])
    table = _table(columns)
    if messages["hr"]:
        _add_beats(table, messages["hr"])
    utc_offset_s = _utc_offset_s(messages["activity"])
    device = _device(messages["file_id"])
    clocks_s = [*clocks_s, *_clocks_s(messages)]
    legs = sorted(legs, key=lambda leg: _real(leg.get("start_time")))
    shares = _shares(table["timestamp"], legs)
    sessions, reason = [], None
    for leg, share in zip(legs or [{}], shares, strict=True):
        if leg.get("sport") == "transition":
            continue
        try:
            sessions.append(
                _session(
                    name,
                    leg,
                    {key: values[share] for key, values in table.items()},
                    messages,
                    device,
                    utc_offset_s,
                    warnings,
                    clocks_s,
                    written_s,
                    time_flags,
                )
            )
        except Unreadable as problem:
            reason = problem
    if not sessions:
        raise reason or Unreadable("no_records", f"{name} contains only transitions.")
    return sessions


def read_track(content: bytes) -> tuple[str | None, dict[str, np.ndarray]]:
    """Read the points of any FIT file, a course included.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    name : str or None
        Of a course.
    columns : dict of str to ndarray of shape (n_points,)
        ``latitude``, ``longitude`` (degrees), ``distance_m``, ``altitude_m``: those in the file.
    """
    messages, columns, _ = _decode(content)
    names = [message.get("name") for message in messages["course"]]
    return next((name for name in names if isinstance(name, str)), None), _table(columns)


def _decode(content: bytes) -> tuple[dict[str, list[dict]], dict[str, np.ndarray], list[str]]:
    """Messages by name, samples as columns, and what was damaged; up to the first damage."""
    messages, warnings = defaultdict(list), []
    size, body = content[0], int.from_bytes(content[4:8], "little")
    if body == 0 and len(content) > size:
        # A device that crashed never wrote the length; the records are there all the same.
        warnings.append("the header states no length")
        content = content[:4] + (len(content) - size).to_bytes(4, "little") + content[8:]
    elif len(content) < size + body + 2:
        warnings.append("the file ends too early")
    elif checksum(content[: size + body + 2]) != 0:
        warnings.append("the checksum is wrong")
    records = []
    parts = split(content) if not warnings else None
    if parts is not None:
        content = parts.rest
    reader = fitdecode.FitReader(
        io.BytesIO(content),
        processor=None,
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    with reader:
        frames = iter(reader)
        while True:
            try:
                frame = next(frames, None)
            except Exception as damage:  # whatever a decoder trips over in random bytes
                warnings.append(tidy_text(f"decoding stopped: {damage!r}"))
                break
            if frame is None:
                break
            if frame.frame_type != fitdecode.FIT_FRAME_DATA:
                continue
            if frame.name == "record":
                sample = {}
                for field in frame.fields:
                    known = field.field
                    if known and field.value is not None and known.name in _RECORD:
                        sample[known.name] = field.value
                records.append(sample)
            elif frame.name == "hr":
                messages["hr"] += _beats(frame)
            elif frame.name in _KEPT:
                messages[frame.name].append(
                    {field.name: field.value for field in frame.fields if field.value is not None}
                )
    if parts is not None:
        columns = parts.columns | _power(parts, messages["field_description"])
        columns.setdefault("timestamp", np.full(parts.count, nan))
    else:
        columns = {key: _column(records, key) for key in set().union(*records)}
        columns.setdefault("timestamp", np.full(len(records), nan))
    return messages, columns, warnings


def _power(parts, descriptions: list[dict]) -> dict[str, np.ndarray]:
    """Stryd's developer field of power, where a file has it."""
    for described in descriptions:
        key = (described.get("developer_data_index"), described.get("field_definition_number"))
        if described.get("field_name") != "Power" or key not in parts.developer:
            continue
        kind = _BASE_TYPES.get(described.get("fit_base_type_id"))
        column = np.full(parts.count, nan)
        for rows, order, raw in parts.developer[key]:
            if kind is not None and raw.shape[1] == kind[1]:
                column[rows] = values_of(raw, order, kind[0])
        return {"Power": column}
    return {}


def _beats(frame) -> list[tuple[float, float]]:
    """Times (FIT seconds) and heart rates a chest strap handed over after a swim."""
    times = [field.value for field in frame.fields if field.name == "event_timestamp"]
    rates = frame.get_value("filtered_bpm", fallback=None)
    if not isinstance(rates, tuple):  # the first message counts from the strap's own start
        times, rates = [frame.get_value("timestamp", fallback=None)], (rates,)
    return [(_real(time), _real(rate)) for time, rate in zip(times, rates, strict=False)]


def _add_beats(table: dict[str, np.ndarray], beats: list[tuple[float, float]]) -> None:
    """Give records without a heart rate the one the strap had at that time."""
    times, rates = np.array(beats).T
    times = times + FIT_EPOCH_S
    order = np.argsort(times)
    kept = order[np.isfinite(times[order])]
    rates = np.where(rates > 0, rates, nan)
    told = table.get("heart_rate_bpm", np.full(len(table["timestamp"]), nan))
    strap = at(table["timestamp"], times[kept], rates[kept], longest_s=10)
    table["heart_rate_bpm"] = np.where(np.isfinite(told), told, strap)


def _table(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of the records, in our names and units, with ``timestamp`` as Unix time."""
    present = {key for key, values in columns.items() if np.isfinite(values).any()}
    table = {"timestamp": columns["timestamp"] + FIT_EPOCH_S}
    for ours, theirs in _COLUMNS.items():
        found = [key for key in theirs if key in present]
        if found:
            table[ours] = columns[found[0]]
    for ours, theirs in (("latitude", "position_lat"), ("longitude", "position_long")):
        if theirs in present:
            table[ours] = columns[theirs] * (180 / 2**31)
    return table


def _column(records: list[dict], key: str) -> np.ndarray:
    return np.fromiter((_real(record.get(key)) for record in records), float, len(records))


def _real(value) -> float:
    """A number as a float; text, arrays and None as NaN."""
    return float(value) if isinstance(value, (int, float)) else nan


def _shares(epoch_s: np.ndarray, legs: list[dict]) -> list[np.ndarray]:
    """Which records belong to which leg: those from its start to the next one's."""
    if len(legs) <= 1:
        return [np.ones(len(epoch_s), bool)]
    starts = np.array([_real(leg.get("start_time")) for leg in legs]) + FIT_EPOCH_S
    starts = np.where(np.isfinite(starts), starts, np.inf)
    starts[0] = -np.inf
    leg_of = np.searchsorted(starts, epoch_s, side="right") - 1
    return [leg_of == number for number in range(len(legs))]


def _session(
    name, leg, table, messages, device, utc_offset_s, warnings, clocks_s, written_s, time_flags
) -> Session:
    sport, sub_sport = _sport(leg, messages)
    sport_type = sports.virtual(sports.fit_sport(sport, sub_sport), device)
    start_s = _real(leg.get("start_time")) + FIT_EPOCH_S
    totals = {ours: _real(leg.get(theirs)) for ours, theirs in _TOTALS.items()}
    if not leg:  # the device never wrote the session: its laps have the timer
        timers = [_real(lap.get("total_timer_time")) for lap in messages["lap"]]
        totals["timer_time_s"] = float(np.sum(timers)) if timers else nan
    totals["swimming_time_s"] = _swimming_time_s(messages["length"], leg)
    epoch_s = table.pop("timestamp")
    if not len(epoch_s) and not totals["elapsed_time_s"] > 0:
        raise Unreadable("no_records", f"{name} contains a session without samples or duration.")
    return build(
        epoch_s,
        table,
        file=name,
        start_s=start_s if start_s == start_s else None,
        end_s=_end_s(messages),
        stops_s=_stops_s(messages),
        clocks_s=clocks_s,
        written_s=written_s,
        is_local_clock="local" in time_flags,
        clock_flags=[dating.NEVER_SET] if time_flags else [],
        file_format="fit",
        sport_type=sport_type,
        is_indoor=_is_indoor(sport_type, sub_sport, table),
        utc_offset_s=utc_offset_s,
        totals={key: value for key, value in totals.items() if value == value},
        said={
            "device": device,
            "sport": tidy_text(sport),
            "sub_sport": tidy_text(sub_sport),
            "session": {
                key: value
                for key, value in leg.items()
                if isinstance(key, str)
                and (key.startswith(("total_", "avg_", "max_", "normalized_", "pool_")))
                and isinstance(value, (int, float))
            },
        },
        warnings=warnings,
    )


def _sport(leg: dict, messages: dict) -> tuple[str | None, str | None]:
    """Sport and sub-sport of the session, else of the sport message, else of the laps."""
    for said in (leg, *messages["sport"], *messages["lap"]):
        if sports.fit_sport(said.get("sport"), said.get("sub_sport")):
            return said.get("sport"), said.get("sub_sport")
    return leg.get("sport"), leg.get("sub_sport")


def _kind(messages: dict) -> str | None:
    """Type of the file, such as ``activity`` or ``monitoring_b``; None if it says none."""
    kinds = [file_id.get("type") for file_id in messages["file_id"] if "type" in file_id]
    return str(kinds[0]) if kinds else None


def _no_activity(name: str, messages: dict) -> Unreadable:
    kind = _kind(messages)
    what = f"{kind.replace('_', ' ')} data" if not kind.isdigit() else f"data of type {kind}"
    return Unreadable("not_an_activity", f"{name} holds {what}, not an activity.")


def _clocks_s(messages: dict) -> list[float]:
    """What the file's other clocks show, Unix time."""
    found = [file_id.get("time_created") for file_id in messages["file_id"]]
    for activity in messages["activity"]:
        found += [activity.get("timestamp"), activity.get("local_timestamp")]
    return [_real(each) + FIT_EPOCH_S for each in found if each is not None]


def _end_s(messages: dict) -> float | None:
    ends = [_real(each.get("timestamp")) + FIT_EPOCH_S for each in messages["activity"]]
    return ends[-1] if ends and ends[-1] == ends[-1] else None


def _stops_s(messages: dict) -> list[float]:
    """When the timer was stopped, Unix time."""
    return [
        _real(event.get("timestamp")) + FIT_EPOCH_S
        for event in messages["event"]
        if event.get("event") == "timer" and str(event.get("event_type")).startswith("stop")
    ]


def _set_clock(messages: dict, times: np.ndarray) -> set[str]:
    """Turn times that count from when the device was switched on into dates, where that is known.

    Parameters
    ----------
    messages : dict
    times : ndarray of shape (n_records,)
        FIT seconds; changed in place, as the messages are.

    Returns
    -------
    set of str
        Empty if there was nothing to do; ``local`` if only the clock on the spot is known.
    """
    legs = [_real(leg.get("start_time", leg.get("timestamp"))) for leg in messages["session"]]
    starts = np.concatenate([times, legs])
    running = starts[starts < _SYSTEM_TIME]
    if not len(running):
        return set()
    shift, said = None, {"utc"}
    for pair in (*messages["timestamp_correlation"], *messages["activity"]):
        system = pair.get("system_timestamp", pair.get("timestamp"))
        local = pair.get("local_timestamp")
        real = pair.get("timestamp") if "system_timestamp" in pair else None
        if not isinstance(system, int) or system >= _SYSTEM_TIME:
            continue
        if isinstance(real, int) and real >= _SYSTEM_TIME:
            shift, said = real - system, {"utc"}
            break
        if isinstance(local, int) and local >= _SYSTEM_TIME:
            shift, said = local - system, {"local"}
            break
    created = next((_real(each.get("time_created")) for each in messages["file_id"]), nan)
    if shift is None and created >= _SYSTEM_TIME and len(running) == np.isfinite(starts).sum():
        shift = created - running.min()
    if shift is None:
        return set()
    times[times < _SYSTEM_TIME] += shift
    for kind in ("session", "event", "activity", "lap", "length"):
        for message in messages[kind]:
            for key in _TIMES:
                if isinstance(message.get(key), int) and message[key] < _SYSTEM_TIME:
                    message[key] += shift
    messages["hr"] = [
        (time + shift if time < _SYSTEM_TIME else time, rate) for time, rate in messages["hr"]
    ]
    return said


def _is_indoor(sport_type, sub_sport, table) -> bool | None:
    if sub_sport in sports.INDOOR_SUB_SPORTS or (sport_type or "").startswith("Virtual"):
        return True
    if np.isfinite(table.get("latitude", nan)).any():
        return False
    measured = np.nan_to_num(table.get("distance_m", np.zeros(0))).any()
    return True if measured and (sports.on_foot(sport_type) or sports.riding(sport_type)) else None


def _swimming_time_s(lengths: list[dict], leg: dict) -> float:
    """Time in the water of a pool swim, without the rests at the wall."""
    start, elapsed = _real(leg.get("start_time")), _real(leg.get("total_elapsed_time"))
    swum = [
        _real(length.get("total_timer_time"))
        for length in lengths
        if length.get("length_type") == "active"
        and start - 1 <= _real(length.get("start_time")) <= start + elapsed
    ]
    return float(np.nansum(swum)) if swum else nan


def _utc_offset_s(activities: list[dict]) -> int | None:
    """Clock on the spot less UTC, from the file's last word on it."""
    for activity in reversed(activities):
        offset = _real(activity.get("local_timestamp")) - _real(activity.get("timestamp"))
        quarter = round(offset / 900) * 900 if offset == offset else 0
        # Some devices copy UTC into the local clock, so no offset at all tells nothing.
        if quarter and abs(quarter - offset) <= 120 and -12 * 3600 <= quarter <= 14 * 3600:
            return quarter
    return None


def _device(file_ids: list[dict]) -> str | None:
    """Maker and product."""
    for file_id in file_ids:
        product = file_id.get("garmin_product", file_id.get("product"))
        words = [file_id.get("manufacturer"), product, file_id.get("product_name")]
        return tidy_text(" ".join(str(word) for word in words if word is not None))
    return None


def _checksum_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
        table.append(byte)
    return table


_CHECKSUMS = np.array(_checksum_table(), np.uint16)
_LANES = 512


def checksum(content: bytes) -> int:
    """CRC-16 as FIT uses it (polynomial 0xA001, reflected); 0 over a file that ends in its own.

    The content is cut into lanes that are summed side by side: a CRC is linear, so what comes
    before a lane is that lane's length of zeros behind it.

    Examples
    --------
    >>> hex(checksum(b"123456789"))
    '0xbb3d'
    """
    length = len(content) // _LANES
    lanes = np.frombuffer(content, np.uint8, length * _LANES).reshape(_LANES, length)
    # Beside the lanes, what a state of one bit becomes behind a lane of zeros.
    bits = 2 ** np.arange(16, dtype=np.uint16)
    state = np.concatenate([np.zeros(_LANES, np.uint16), bits])
    column = np.zeros(_LANES + 16, np.uint8)
    for place in range(length):
        column[:_LANES] = lanes[:, place]
        state = (state >> 8) ^ _CHECKSUMS[(state ^ column) & 0xFF]
    crc, behind = 0, [int(each) for each in state[_LANES:]]
    for lane in state[:_LANES].tolist():
        moved = 0
        for bit in range(16):
            if crc >> bit & 1:
                moved ^= behind[bit]
        crc = moved ^ lane
    for byte in content[length * _LANES :]:
        crc = (crc >> 8) ^ int(_CHECKSUMS[(crc ^ byte) & 0xFF])
    return crc
