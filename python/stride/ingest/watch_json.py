"""JSON with samples, as Polar Flow and Suunto export it: one file a training session.

The samples become streams by Strava's names, so that they are measured as those of its API are.
Positions are not kept.
"""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite

from stride.ingest import dates
from stride.ingest import strava_json as reader
from stride.ingest.device.sports import xml_sport

# ---------------------------------------------------------------------------- Polar Flow

_POLAR_SPORTS = {  # of exports since 2025, which number them
    "1": "Run",
    "2": "Ride",
    "3": "Walk",
    "5": "MountainBikeRide",
    "6": "NordicSki",
    "11": "Hike",
    "15": "WeightTraining",
    "17": "Treadmill",
    "18": "Ride",
    "23": "Swim",
    "27": "TrailRun",
    "38": "Ride",
}
_POLAR_STREAMS = {  # comparable name of a channel: Strava's name, and what one unit is
    "heartrate": ("heartrate", 1.0),
    "speed": ("velocity_smooth", 1 / 3.6),
    "altitude": ("altitude", 1.0),
    "distance": ("distance", 1.0),
    "cadence": ("cadence", 1.0),
}


def is_polar(entry: dict) -> bool:
    """Whether it is a training session of Polar Flow."""
    is_older = str(entry.get("duration")).startswith("PT")
    return "startTime" in entry and (is_older or "durationMillis" in entry)


def polar_rows(entries: list[dict]) -> list[dict]:
    """Read training sessions: a row each, or one per exercise of several.

    Parameters
    ----------
    entries : list of dict

    Returns
    -------
    list of dict
        Rows of `schema.SUMMARY`; ``streams`` where there are samples.
    """
    rows = []
    for entry in entries:
        exercises = [each for each in entry.get("exercises") or [] if isinstance(each, dict)]
        legs = exercises if len(exercises) > 1 else [{**(exercises or [{}])[0], **entry}]
        for leg in legs:
            samples = leg.get("samples") or (exercises or [{}])[0].get("samples")
            rows.append(_polar_row(leg, samples, len(rows) + 1))
    return rows


def _polar_row(leg: dict, samples: object, number: int) -> dict:
    row = reader.read_row({k: v for k, v in leg.items() if k != "exercises"}, number, _POLAR)
    row.pop("streams", None)
    start, stop = row["local_started_at"], row.pop("stopped_at")
    minutes = row.pop("utc_offset_min")
    row["started_at"] = None
    if start and minutes is not None:
        row["started_at"] = start - timedelta(minutes=minutes)
    row["activity_id"] = start and f"polar:{start:%Y%m%dT%H%M%S}"
    # What Polar calls the duration has no pauses.
    if start and stop and stop > start:
        row["elapsed_time_s"] = (stop - start).total_seconds()
    else:
        row["elapsed_time_s"] = row["moving_time_s"]
    if start:
        row["streams"] = _streams(_polar_samples(samples, start), _POLAR_STREAMS)
    return row


def _polar_samples(samples: object, start: datetime) -> dict[str, dict[float, float]]:
    """Channel to seconds since the start to value."""
    if isinstance(samples, dict) and isinstance(samples.get("samples"), list):
        channels = {}
        for each in samples["samples"]:
            if isinstance(each, dict) and isinstance(each.get("values"), list):
                step_s = (_number(each.get("intervalMillis")) or 1000) / 1000
                values = map(_number, each["values"])
                channels[str(each.get("type"))] = {
                    at * step_s: value for at, value in enumerate(values) if value is not None
                }
    elif isinstance(samples, dict):
        channels = {
            name: _timed(((each.get("dateTime"), each.get("value")) for each in values), start)
            for name, values in samples.items()
            if isinstance(values, list) and all(isinstance(each, dict) for each in values)
        }
    else:
        return {}
    for name in [name for name in channels if _comparable(name) == "altitude"]:
        # The altimeter says 0 until it has settled.
        known = channels[name]
        first = next((at for at in sorted(known) if known[at]), None)
        channels[name] = {at: v for at, v in known.items() if first is not None and at >= first}
    return channels


def _sport_of_polar(value: object) -> str | None:
    if isinstance(value, dict):
        number = str(value.get("id"))
        return _POLAR_SPORTS.get(number) or f"Polar {number}"
    return xml_sport((reader.text(value) or "").replace("_", " "))


def period(value: object) -> float | None:
    """Seconds of a duration such as ``PT1H2M3.5S``.

    Examples
    --------
    >>> period("PT1H2M3.5S"), period(None)
    (3723.5, None)
    """
    if value is None:
        return None
    if (number := _number(value)) is not None:
        return number / 1000
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", reader.text(value) or "")
    if not found:
        raise ValueError(f"not a duration: {value!r}")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


# ---------------------------------------------------------------------------- Suunto

_SUUNTO_SPORTS = {  # of the watch
    3: "Run",
    4: "Ride",
    5: "MountainBikeRide",
    6: "Swim",
    11: "Walk",
    17: "Ride",
    22: "NordicSki",
    23: "WeightTraining",
}
_SUUNTO_WORKOUTS = {  # of the account
    0: "Walk",
    1: "Run",
    2: "Ride",
    3: "NordicSki",
    10: "MountainBikeRide",
    11: "Hike",
    13: "AlpineSki",
    15: "Rowing",
    17: "Workout",
    20: "Workout",
    21: "Swim",
    22: "TrailRun",
    23: "WeightTraining",
    24: "Walk",
    31: "BackcountrySki",
    51: "Yoga",
    52: "Ride",
    53: "Treadmill",
    55: "Elliptical",
    56: "RollerSki",
    57: "Rowing",
    59: "Run",
    60: "Run",
    70: "Hike",
    73: "Crossfit",
    85: "Swim",
    99: "GravelRide",
    103: "Run",
    105: "EBikeRide",
    106: "EMountainBikeRide",
    115: "TrailRun",
    117: "NordicSki",
    118: "NordicSki",
    120: "Pilates",
    121: "Yoga",
}
_SUUNTO_STREAMS = {
    "hr": ("heartrate", 1.0),
    "speed": ("velocity_smooth", 1.0),
    "altitude": ("altitude", 1.0),
    "gpsaltitude": ("altitude", 1.0),
    "distance": ("distance", 1.0),
    "power": ("watts", 1.0),
    "cadence": ("cadence", 1.0),
}
_PER_SECOND = ("hr", "cadence")
"""What a watch writes in hertz, and the account per minute."""


def is_suunto_log(entry: dict) -> bool:
    """Whether it is the log of a watch, or its samples from the account."""
    return isinstance(entry.get("DeviceLog"), dict) or bool(_cloud_samples(entry))


def suunto_log_rows(entries: list[dict]) -> list[dict]:
    """Read logs of watches: a row each, with streams."""
    rows = []
    for number, entry in enumerate(entries, start=1):
        log = entry.get("DeviceLog") or {}
        header = log.get("Header") if isinstance(log.get("Header"), dict) else {}
        samples = log.get("Samples") or [_whole_sample(each) for each in _cloud_samples(entry)]
        samples = [each for each in samples if isinstance(each, dict)]
        times = [each.get("TimeISO8601") for each in samples if each.get("TimeISO8601")]
        kinds = [
            event["Activity"].get("ActivityType")
            for each in samples
            for event in each.get("Events") or []
            if isinstance(event, dict) and isinstance(event.get("Activity"), dict)
        ]
        said = {"ActivityType": next(iter(kinds), None), "start": next(iter(times), None)}
        row = reader.read_row({**said, **header}, number, _SUUNTO_LOG)
        row.pop("streams", None)
        rows.append(_with_samples(row, samples))
    return rows


def _with_samples(row: dict, samples: list[dict]) -> dict:
    start = row["started_at"] or row["local_started_at"]
    row |= {"activity_id": start and f"suunto:{start:%Y%m%dT%H%M%S}", "elapsed_time_s": None}
    if not start:
        return row
    channels = {
        name: _timed(((each.get("TimeISO8601"), each.get(name)) for each in samples), start)
        for name in sorted({name for each in samples for name in each})
        if _comparable(name) in _SUUNTO_STREAMS
    }
    for name, values in channels.items():
        if _comparable(name) in _PER_SECOND and values and max(values.values()) < 10:
            channels[name] = {at: 60 * value for at, value in values.items()}
    row["streams"] = _streams(channels, _SUUNTO_STREAMS)
    if (rates := channels.get("HR")) and not row.get("avg_hr_bpm"):
        row["avg_hr_bpm"] = sum(rates.values()) / len(rates)
        row["max_hr_bpm"] = max(rates.values())
    ends = [max(values) for values in channels.values() if values]
    row["elapsed_time_s"] = max([*ends, row["moving_time_s"] or 0]) or None
    if not row["distance_m"] and (line := channels.get("Distance")):
        row["distance_m"] = max(line.values())
    return row


def _cloud_samples(entry: dict) -> list:
    data = entry.get("Data") if isinstance(entry.get("Data"), dict) else entry
    samples = data.get("Samples")
    is_suunto = isinstance(samples, list) and any(_sml(each) is not None for each in samples[:100])
    return samples if is_suunto else []


def _sml(sample: object) -> dict | None:
    attributes = sample.get("Attributes") if isinstance(sample, dict) else None
    found = attributes.get("suunto/sml") if isinstance(attributes, dict) else None
    return found if isinstance(found, dict) else None


def _whole_sample(sample: object) -> dict:
    inner = (_sml(sample) or {}).get("Sample")
    inner = inner if isinstance(inner, dict) else {}
    at = sample.get("TimeISO8601") if isinstance(sample, dict) else None
    return inner | ({"TimeISO8601": at} if at else {})


def is_suunto_workout(entry: dict) -> bool:
    """Whether it is a workout of the account, without samples."""
    return {"activityId", "startTime", "totalTime"} <= entry.keys()


def suunto_workout_rows(entries: list[dict]) -> list[dict]:
    """Read the workouts of an account: a row each."""
    rows = []
    for number, entry in enumerate(entries, start=1):
        rates = entry.get("hrdata") if isinstance(entry.get("hrdata"), dict) else {}
        said = entry | {
            "avgHr": entry.get("avgHr") or rates.get("workoutAvgHR") or rates.get("avg"),
            "maxHr": entry.get("maxHr") or rates.get("workoutMaxHR") or rates.get("max"),
        }
        row = reader.read_row(said, number, _SUUNTO_WORKOUT)
        row.pop("streams", None)
        start, stop = row["started_at"], row.pop("stopped_at")
        minutes = row.pop("utc_offset_min")
        if start and minutes is not None:
            row["local_started_at"] = start + timedelta(minutes=minutes)
        row["activity_id"] = start and f"suunto:{start:%Y%m%dT%H%M%S}"
        row["elapsed_time_s"] = row["moving_time_s"]
        if start and stop and stop > start:
            row["elapsed_time_s"] = (stop - start).total_seconds()
        rows.append(row)
    return rows


def _numbered_sport(names: dict[int, str]):
    def read(value: object) -> str | None:
        number = reader.number(value)
        return None if number is None else names.get(int(number)) or f"Suunto {int(number)}"

    return read


# ---------------------------------------------------------------------------- samples


def _streams(channels: dict[str, dict[float, float]], names: dict) -> dict[str, list] | None:
    """Channels brought to one time line, by Strava's names; None without a sample."""
    known: dict[str, dict[float, float]] = {}
    for name, values in channels.items():
        theirs = names.get(_comparable(name))
        if theirs and values:
            # Of two altitudes the barometer's, which is named without more.
            known.setdefault(theirs[0], {at: value * theirs[1] for at, value in values.items()})
    times = sorted({at for values in known.values() for at in values})
    if len(times) < 2:
        return None
    return {"time": times} | {
        name: [values.get(at) for at in times] for name, values in known.items()
    }


def _timed(pairs, start: datetime) -> dict[float, float]:
    """Seconds since the start to value, of times as text."""
    found = {}
    for moment, value in pairs:
        value = _number(value)
        if value is None:
            continue
        try:
            at = datetime.fromisoformat(str(moment))
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        found[(at - start).total_seconds()] = value
    return found


def _comparable(name: str) -> str:
    return name.lower().replace("_", "")


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) else None


def _moment(value: object) -> datetime | None:
    """A point in time as text, or in milliseconds since 1970."""
    if (number := _number(value)) is not None:
        return datetime.fromtimestamp(number / 1000, UTC)
    return dates.instant(reader.text(value) or "")


def _zoned(value: object) -> datetime | None:
    """A point in time, where the text names a zone."""
    text = reader.text(value) or ""
    return dates.instant(text) if re.search(r"(Z|[+-]\d\d:?\d\d)$", text) else None


_CLOCK = reader.time(dates.clock)
_POLAR = {
    "name": ("name", reader.text),
    "sport_type": ("sport", _sport_of_polar),
    "local_started_at": ("startTime", _CLOCK),
    "stopped_at": ("stopTime", _CLOCK),
    "utc_offset_min": ("timezoneOffset timezoneOffsetMinutes", reader.number),
    "moving_time_s": ("duration durationMillis", period),
    "distance_m": ("distance distanceMeters", reader.number),
    "elevation_gain_m": ("ascent ascentMeters", reader.number),
    "avg_hr_bpm": ("averageHeartRate hrAvg", reader.number),
    "max_hr_bpm": ("maximumHeartRate hrMax", reader.number),
}
_SUUNTO_LOG = {
    "sport_type": ("ActivityType", _numbered_sport(_SUUNTO_SPORTS)),
    "started_at": ("start DateTime", _zoned),
    "local_started_at": ("start DateTime", _CLOCK),
    "moving_time_s": ("Duration", reader.number),
    "distance_m": ("Distance", reader.number),
    "elevation_gain_m": ("Ascent", reader.number),
}
_SUUNTO_WORKOUT = {
    "name": ("workoutName description", reader.text),
    "sport_type": ("activityId", _numbered_sport(_SUUNTO_WORKOUTS)),
    "started_at": ("startTime", _moment),
    "stopped_at": ("stopTime", _moment),
    "utc_offset_min": ("timeOffsetInMinutes", reader.number),
    "moving_time_s": ("totalTime", reader.number),
    "distance_m": ("totalDistance", reader.number),
    "elevation_gain_m": ("totalAscent", reader.number),
    "avg_hr_bpm": ("avgHr", reader.number),
    "max_hr_bpm": ("maxHr", reader.number),
}
