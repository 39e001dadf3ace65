select
    athlete_id,
    correction,
    activity_id,
    is_race,
    is_maximal,
    official_distance_m,
    official_time_s,
    training_load,
    note,
    import_id,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('corrections') }}
