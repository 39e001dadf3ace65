select
    ---------- ids
    athlete_id,
    landed_row_id,
    activity_id,

    ---------- what the athlete did
    name,
    sport_type,
    cast(started_at as timestamp) as started_at,
    elapsed_time_s,
    moving_time_s,
    displayed_distance,
    distance_m,
    elevation_gain_m,
    avg_hr_bpm,
    max_hr_bpm,
    relative_effort,
    perceived_exertion,
    is_race_flagged,
    device_file,

    ---------- where the row comes from
    unreadable_cells,
    raw_row,
    source_file,
    source_row_number,
    content_hash,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('strava_activities') }}
