"""Reads JSON of platforms other than Strava's API, recognised by its content.

Activities of intervals.icu, Polar Flow, Suunto, Runalyze, Garmin Connect and Garmin's account
export; of the last also what Garmin forecast and measured day by day. Everything else is named, and
not read.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest import strava_json as reader
from stride.ingest import watch_json
from stride.ingest.device.sports import xml_sport
from stride.ingest.table import decode

RACE_EVENT = 1
"""``eventTypeId`` of a race at Garmin."""

_NO_HRV = 511
"""What Garmin writes for a heart rate variability that it does not know."""

_DISTANCES = {
    "raceTime5K time5K": 5000.0,
    "raceTime10K time10K": 10000.0,
    "raceTimeHalf timeHalfMarathon": 21097.5,
    "raceTimeMarathon timeMarathon": 42195.0,
}


class Found(NamedTuple):
    """What one file holds."""

    what: str
    """Whose file it is, for a person."""
    activities: list[dict] = []  # noqa: RUF012
    """Rows of `schema.SUMMARY`."""
    forecasts: list[dict] = []  # noqa: RUF012
    """Rows of `schema.FORECASTS`: day, distance and time."""
    wellness: list[dict] = []  # noqa: RUF012
    """Rows of `schema.WELLNESS`: day, measure and value."""
    is_strava: bool = False
    """Whether the activities are Strava's, whose data may not train models."""


def read(content: bytes, source_file: str) -> list[Found]:
    """Read a file.

    Parameters
    ----------
    content : bytes
    source_file : str
        For messages.

    Returns
    -------
    list of Found
        Usually one; two where a file has activities of Strava beside others. Empty if the file is
        of none of these platforms: it may be Strava's API.

    Raises
    ------
    StrideError
        If it is not JSON.

    Examples
    --------
    >>> text = b'[{"id": "i1", "start_date": "2024-01-05T07:00:00Z", "icu_training_load": 40}]'
    >>> (found,) = read(text, "activities.json")
    >>> found.what, found.activities[0]["activity_id"]
    ('activities of intervals.icu', 'intervals:i1')
    """
    try:
        entries = reader.read_entries(decode(content), source_file)
    except RecursionError:
        raise StrideError(f"{source_file} is nested too deeply to be read.") from None
    inner = [each.get("summarizedActivitiesExport") for each in entries if isinstance(each, dict)]
    if any(isinstance(each, list) for each in inner):
        entries = [activity for each in inner if isinstance(each, list) for activity in each]
    entries = [entry for entry in entries if isinstance(entry, dict)]
    for matches, read_as in _KINDS:
        if any(matches(entry) for entry in entries):
            return read_as(entries)
    if "di_connect" in source_file.lower() or "di-connect" in source_file.lower():
        return [Found("other data of Garmin's account export")]
    return []


# ---------------------------------------------------------------------------- intervals.icu


def _is_intervals(entry: dict) -> bool:
    return (
        any(key.startswith("icu_") for key in entry)
        or bool(re.fullmatch(r"i\d+", str(entry.get("id"))))
        or "STRAVA activities are not available" in str(entry.get("_note"))
    )


def _intervals(entries: list[dict]) -> list[Found]:
    rows = [_row(entry, n, _INTERVALS) for n, entry in enumerate(entries, start=1)]
    for entry, row in zip(entries, rows, strict=True):
        if row["elapsed_time_s"] is None and row["moving_time_s"] is None:
            row["problem"] = "stub"
            row["problem_detail"] = (
                f"Activity {row['activity_id']} of intervals.icu has only a date: "
                "intervals.icu does not pass on data from Strava. Import Strava's export."
            )
        row["is_strava"] = entry.get("source") == "STRAVA" and not row.get("problem")
        if not row["is_strava"] and row["activity_id"]:
            row["activity_id"] = f"intervals:{row['activity_id']}"
    own = [row for row in rows if not row.pop("is_strava")]
    strava = [row for row in rows if row not in own]
    found = [Found("activities of intervals.icu", own)] if own else []
    return found + ([Found("activities of Strava", strava, is_strava=True)] if strava else [])


# ---------------------------------------------------------------------------- Runalyze


def _is_runalyze(entry: dict) -> bool:
    return "date_time" in entry and {"duration", "sport"} <= entry.keys()


def _runalyze(entries: list[dict]) -> list[Found]:
    rows = []
    for number, entry in enumerate(entries, start=1):
        row = _row(entry, number, _RUNALYZE)
        text, minutes = str(entry.get("date_time")), row.pop("utc_offset_min")
        local = row["local_started_at"]
        row["started_at"] = None
        if local and re.search(r"(Z|[+-]\d\d:?\d\d)$", text):
            row["started_at"] = reader.dates.instant(text)
        elif local and minutes is not None:
            row["started_at"] = local - timedelta(minutes=minutes)
        row["elapsed_time_s"] = row["elapsed_time_s"] or row["moving_time_s"]
        row["activity_id"] = row["activity_id"] and f"runalyze:{row['activity_id']}"
        row["is_race_flagged"] = True if entry.get("race_result") else None
        # Kilometres: nobody moves at a thousandth of that.
        distance, seconds = row["distance_m"], row["moving_time_s"]
        if distance and seconds and distance / seconds < 0.1:
            row["distance_m"] = distance * 1000
        rows.append(row)
    return [Found("activities of Runalyze", rows)]


# ---------------------------------------------------------------------------- watches


def _watch(what: str, read_as: Callable[[list[dict]], list[dict]]):
    return lambda entries: [Found(what, read_as(entries))]


# ---------------------------------------------------------------------------- Garmin


def _is_garmin_export(entry: dict) -> bool:
    return "activityId" in entry and isinstance(entry.get("beginTimestamp"), int | float)


def _garmin_export(entries: list[dict]) -> list[Found]:
    return [Found("activities of Garmin's account export", _garmin(entries, _GARMIN_EXPORT))]


def _is_garmin_connect(entry: dict) -> bool:
    return "activityId" in entry and ("startTimeGMT" in entry or "startTimeLocal" in entry)


def _garmin_connect(entries: list[dict]) -> list[Found]:
    return [Found("activities of Garmin Connect", _garmin(entries, _GARMIN_CONNECT))]


def _garmin(entries: list[dict], columns: dict) -> list[dict]:
    # A leg of a triathlon names the whole.
    wholes = {entry.get("parentId") for entry in entries} - {None}
    rows = []
    for number, entry in enumerate(entries, start=1):
        row = _row(entry, number, columns)
        row["activity_id"] = row["activity_id"] and f"garmin:{row['activity_id']}"
        if entry.get("activityId") in wholes:
            row["problem"] = "has_legs"
            row["problem_detail"] = (
                f"{row['activity_id']} is the total of its legs, which are counted."
            )
        rows.append(row)
    return rows


def _is_prediction(entry: dict) -> bool:
    return "calendarDate" in entry and ("raceTime5K" in entry or "time5K" in entry)


def _predictions(entries: list[dict]) -> list[Found]:
    rows = []
    for entry in entries:
        day = _day(entry.get("calendarDate"))
        for keys, distance_m in _DISTANCES.items():
            value = next((entry[key] for key in keys.split() if entry.get(key)), None)
            if day and isinstance(value, int | float) and value > 0:
                rows.append(
                    {
                        "predictor": "garmin",
                        "forecast_date": day,
                        "distance_m": distance_m,
                        "predicted_time_s": float(value),
                    }
                )
    return [Found("race predictions of Garmin", forecasts=rows)]


_WELLNESS = (
    "restingHeartRate",
    "sleepTimeSeconds",
    "deepSleepSeconds",
    "weight",
    "hrvWeeklyAverage",
    "lastNightAvg",
)


def _is_wellness(entry: dict) -> bool:
    has_day = "calendarDate" in entry or "calendarDate" in (entry.get("metaData") or {})
    return has_day and any(key in entry for key in _WELLNESS)


def _wellness(entries: list[dict]) -> list[Found]:
    rows = []
    for entry in entries:
        meta = entry.get("metaData") if isinstance(entry.get("metaData"), dict) else {}
        day = _day(entry.get("calendarDate") or meta.get("calendarDate"))
        weight = entry.get("weight")
        grams = weight.get("weight") if isinstance(weight, dict) else weight
        stages = [entry.get(f"{stage}SleepSeconds") for stage in ("deep", "light", "rem")]
        slept = entry.get("sleepTimeSeconds") or sum(each for each in stages if _is_number(each))
        hrv = entry.get("lastNightAvg") or entry.get("hrvWeeklyAverage")
        values = {
            # Not currentDayRestingHeartRate, which has artefacts.
            "resting_hr_bpm": entry.get("restingHeartRate"),
            "weight_kg": grams / 1000 if _is_number(grams) else None,
            "sleep_h": slept / 3600 if _is_number(slept) and slept else None,
            "hrv_ms": hrv if hrv != _NO_HRV else None,
        }
        rows += [
            {"day": day, "measure": measure, "value": float(value), "source": "garmin"}
            for measure, value in values.items()
            if day and _is_number(value) and value > 0
        ]
    return [Found("daily measurements of Garmin", wellness=rows)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _day(value: object) -> date | None:
    """A day as Garmin writes it: ``2024-01-05``, with a time behind, or milliseconds."""
    if _is_number(value):
        return datetime.fromtimestamp(value / 1000, UTC).date()
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


# ---------------------------------------------------------------------------- columns


def _row(entry: dict, number: int, columns: dict) -> dict:
    row = reader.read_row(entry, number, columns)
    row.pop("streams", None)
    if not any(row.get(name) for name in ("started_at", "local_started_at")):
        row.setdefault("started_at", None)
    return row


def _scaled(divisor: float) -> Callable[[object], float | None]:
    def read(value: object) -> float | None:
        number = reader.number(value)
        return None if number is None else number / divisor

    return read


def _milliseconds(value: object) -> datetime | None:
    number = reader.number(value)
    return None if number is None else datetime.fromtimestamp(number / 1000, UTC)


def _sport(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("typeKey") or value.get("name")
    return xml_sport((reader.text(value) or "").replace("_", " "))


def _event(value: object) -> bool | None:
    if isinstance(value, dict):
        value = value.get("typeId")
    number = reader.number(value)
    return None if number is None else number == RACE_EVENT


_CLOCK = reader.time(reader.dates.clock)
_INSTANT = reader.time(reader.dates.instant)
_INTERVALS = {
    "activity_id": ("id", reader.identifier),
    "name": ("name", reader.text),
    "sport_type": ("type", reader.text),
    "started_at": ("start_date", _INSTANT),
    "local_started_at": ("start_date_local", _CLOCK),
    "time_zone": ("timezone", reader.zone),
    "elapsed_time_s": ("elapsed_time", reader.number),
    "moving_time_s": ("moving_time", reader.number),
    "distance_m": ("distance icu_distance", reader.number),
    "elevation_gain_m": ("total_elevation_gain", reader.number),
    "avg_hr_bpm": ("average_heartrate", reader.number),
    "max_hr_bpm": ("max_heartrate", reader.number),
    "avg_power_w": ("icu_average_watts", reader.number),
    "weighted_power_w": ("icu_weighted_avg_watts", reader.number),
    "temperature_c": ("average_temp", reader.number),
    "weight_kg": ("icu_weight", reader.number),
    "perceived_exertion": ("icu_rpe perceived_exertion", reader.number),
    "is_race_flagged": ("race", reader.flag),
    "is_indoor": ("trainer", reader.flag),
}
_RUNALYZE = {
    "activity_id": ("id", reader.identifier),
    "name": ("title", reader.text),
    "sport_type": ("sport", _sport),
    "local_started_at": ("date_time", _CLOCK),
    "utc_offset_min": ("timezone_offset", reader.number),
    "elapsed_time_s": ("elapsed_time", reader.number),
    "moving_time_s": ("duration", reader.number),
    "distance_m": ("distance", reader.number),
    "elevation_gain_m": ("elevation_up", reader.number),
    "avg_hr_bpm": ("hr_avg", reader.number),
    "max_hr_bpm": ("hr_max", reader.number),
    "avg_power_w": ("power", reader.number),
    "temperature_c": ("temperature", reader.number),
}
_GARMIN_EXPORT = {  # milliseconds and centimetres
    "activity_id": ("activityId", reader.identifier),
    "name": ("name", reader.text),
    "sport_type": ("activityType sportType", _sport),
    "started_at": ("startTimeGmt beginTimestamp", _milliseconds),
    "local_started_at": ("startTimeLocal", _milliseconds),
    "elapsed_time_s": ("elapsedDuration duration", _scaled(1000)),
    "moving_time_s": ("movingDuration duration", _scaled(1000)),
    "distance_m": ("distance", _scaled(100)),
    "elevation_gain_m": ("elevationGain", _scaled(100)),
    "avg_hr_bpm": ("avgHr", reader.number),
    "max_hr_bpm": ("maxHr", reader.number),
    "avg_power_w": ("avgPower", reader.number),
    "weighted_power_w": ("normPower", reader.number),
    "is_race_flagged": ("eventTypeId", _event),
}
_GARMIN_CONNECT = {
    "activity_id": ("activityId", reader.identifier),
    "name": ("activityName", reader.text),
    "sport_type": ("activityType", _sport),
    "started_at": ("startTimeGMT", _INSTANT),
    "local_started_at": ("startTimeLocal", _CLOCK),
    "elapsed_time_s": ("elapsedDuration duration", reader.number),
    "moving_time_s": ("movingDuration duration", reader.number),
    "distance_m": ("distance", reader.number),
    "elevation_gain_m": ("elevationGain", reader.number),
    "avg_hr_bpm": ("averageHR", reader.number),
    "max_hr_bpm": ("maxHR", reader.number),
    "avg_power_w": ("avgPower", reader.number),
    "weighted_power_w": ("normPower", reader.number),
    "is_race_flagged": ("eventType", _event),
}
_KINDS = (
    (_is_intervals, _intervals),
    (watch_json.is_polar, _watch("training sessions of Polar Flow", watch_json.polar_rows)),
    (watch_json.is_suunto_log, _watch("logs of Suunto watches", watch_json.suunto_log_rows)),
    (
        watch_json.is_suunto_workout,
        _watch("workouts of Suunto's account", watch_json.suunto_workout_rows),
    ),
    (_is_runalyze, _runalyze),
    (_is_garmin_export, _garmin_export),
    (_is_garmin_connect, _garmin_connect),
    (_is_prediction, _predictions),
    (_is_wellness, _wellness),
)
