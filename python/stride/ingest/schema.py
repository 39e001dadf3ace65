"""The columns of every landed Parquet file: the border between importing and dbt."""

import pyarrow as pa

LANDING_VERSION = 2
"""Raised when the columns of a landed file change their meaning."""

_INSTANT = pa.timestamp("us", tz="UTC")

HEART_RATE_SECONDS = pa.list_(pa.struct([("bpm", pa.int64()), ("seconds", pa.float64())]))
"""Seconds spent at each heart rate; zones and TRIMP follow from it whatever the thresholds."""

BEST_EFFORTS = pa.list_(
    pa.struct([("kind", pa.string()), ("target", pa.float64()), ("value", pa.float64())])
)
"""Kind ``distance``: target in m, value in s. Kind ``power``: target in s, value in W."""

# What the athlete did, as a table, an API or a recording tells it.
SUMMARY = {
    "activity_id": pa.string(),
    "name": pa.string(),
    "sport_type": pa.string(),
    "started_at": _INSTANT,
    "local_started_at": _INSTANT,  # the clock on the spot, where the source tells it; no zone
    "time_zone": pa.string(),  # IANA name or offset such as +01:00, where the source tells it
    "elapsed_time_s": pa.float64(),
    "moving_time_s": pa.float64(),
    "displayed_distance": pa.float64(),  # km, for swims metres
    "distance_m": pa.float64(),
    "elevation_gain_m": pa.float64(),
    "avg_hr_bpm": pa.float64(),
    "max_hr_bpm": pa.float64(),
    "avg_power_w": pa.float64(),
    "weighted_power_w": pa.float64(),
    "graded_distance_m": pa.float64(),
    "temperature_c": pa.float64(),
    "weight_kg": pa.float64(),
    "relative_effort": pa.float64(),
    "perceived_exertion": pa.float64(),
    "is_race_flagged": pa.bool_(),
    "is_indoor": pa.bool_(),
    "gear": pa.string(),  # shoes or bicycle, as the athlete named them
    "device_file": pa.string(),
}

# What only the samples of a recording tell; null for rows of a table.
RECORDED = {
    "graded_speed_mps": pa.float64(),  # mean grade-adjusted speed while moving
    "graded_speed_4th_mps": pa.float64(),  # 4th-power mean of its 30-s means
    "decoupling_pct": pa.float64(),
    "heart_rate_seconds": HEART_RATE_SECONDS,
    "best_efforts": BEST_EFFORTS,
    "clock_flag": pa.string(),  # codes of how a wrong clock was corrected, comma-separated
}

ACTIVITIES = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("landed_row_id", pa.string()),
        ("source_kind", pa.string()),  # strava_export, csv, strava_api, device_file
        *SUMMARY.items(),
        *RECORDED.items(),
        ("problem", pa.string()),  # code of why a recording gave nothing; null if it did
        ("problem_detail", pa.string()),
        ("unreadable_cells", pa.string()),
        ("raw_row", pa.string()),
        ("row_hash", pa.string()),
        ("import_id", pa.string()),
        ("source_file", pa.string()),
        ("source_row_number", pa.int64()),
        ("content_hash", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

IMPORTS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("import_id", pa.string()),
        ("source_kind", pa.string()),
        ("source_file", pa.string()),
        ("content_hash", pa.string()),
        ("exported_at", _INSTANT),  # when the archive was packed, where it says so; no zone
        ("rows_read", pa.int64()),
        ("rows_new", pa.int64()),
        ("rows_changed", pa.int64()),
        ("rows_unchanged", pa.int64()),
        ("rows_gone", pa.int64()),
        ("unknown_columns", pa.string()),
        ("refused_files", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

DELETIONS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("activity_id", pa.string()),
        ("import_id", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

ATHLETE_SETTINGS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("setting", pa.string()),
        ("value", pa.float64()),  # null together with value_text: withdrawn
        ("value_text", pa.string()),
        ("valid_from", pa.date32()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

CORRECTIONS = pa.schema(
    [
        ("athlete_id", pa.string()),
        # races, exclusions, loads, sports or planned_races; withdrawn_ before it: taken back
        ("correction", pa.string()),
        ("activity_id", pa.string()),  # of a planned race: its day and distance
        ("is_race", pa.bool_()),
        ("is_maximal", pa.bool_()),
        ("official_distance_m", pa.float64()),
        ("official_time_s", pa.float64()),
        ("training_load", pa.float64()),
        ("sport_type", pa.string()),  # as seeds/sports.csv spells it
        ("note", pa.string()),
        ("import_id", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

FORECASTS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("predictor", pa.string()),  # who forecast: garmin, strava, coach ...
        ("forecast_date", pa.date32()),  # the day on which the forecast was made
        ("race_date", pa.date32()),  # the day it is for; null: the day it was made
        ("distance_m", pa.float64()),
        ("predicted_time_s", pa.float64()),
        ("lower_time_s", pa.float64()),
        ("upper_time_s", pa.float64()),
        ("source_file", pa.string()),
        ("import_id", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

WELLNESS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("day", pa.date32()),
        ("measure", pa.string()),  # resting_hr_bpm, weight_kg, hrv_ms or sleep_h
        ("value", pa.float64()),
        ("source", pa.string()),  # garmin, apple_health
        ("source_file", pa.string()),
        ("import_id", pa.string()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

ERASURES = pa.schema(
    [
        ("athlete_hash", pa.string()),  # SHA-256 of the id: says that, not who
        ("rows_erased", pa.int64()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

STREAMS = pa.schema(
    [
        ("athlete_id", pa.string()),
        ("landed_row_id", pa.string()),
        ("time_s", pa.float64()),  # since the start
        ("distance_m", pa.float64()),
        ("speed_mps", pa.float64()),
        ("heart_rate_bpm", pa.float64()),
        ("power_w", pa.float64()),
        ("altitude_m", pa.float64()),
        ("cadence_rpm", pa.float64()),
        ("landing_version", pa.int64()),
        ("ingested_at", _INSTANT),
    ]
)

KINDS = {
    "activities": ACTIVITIES,
    "imports": IMPORTS,
    "deletions": DELETIONS,
    "athlete_settings": ATHLETE_SETTINGS,
    "corrections": CORRECTIONS,
    "forecasts": FORECASTS,
    "wellness": WELLNESS,
    "erasures": ERASURES,
    "streams": STREAMS,  # only on request; no model reads them
}
"""Folder below ``landing/`` to the columns of its files."""
