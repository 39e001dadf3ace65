select
    ---------- ids
    athlete_id,
    landed_row_id,
    source_kind,
    activity_id,

    ---------- what the athlete did
    name,
    sport_type,
    cast(started_at as timestamp) as started_at,
    cast(local_started_at as timestamp) as local_started_at,
    time_zone,
    elapsed_time_s,
    moving_time_s,
    displayed_distance,
    distance_m,
    elevation_gain_m,
    avg_hr_bpm,
    max_hr_bpm,
    avg_power_w,
    weighted_power_w,
    graded_distance_m,
    graded_speed_mps,
    graded_speed_4th_mps,
    decoupling_pct,
    temperature_c,
    weight_kg,
    relative_effort,
    perceived_exertion,
    is_race_flagged,
    is_indoor,
    device_file,
    clock_flag,

    ---------- where the row comes from
    problem,
    problem_detail,
    unreadable_cells,
    raw_row,
    row_hash,
    import_id,
    source_file,
    source_row_number,
    content_hash,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('activities') }}
