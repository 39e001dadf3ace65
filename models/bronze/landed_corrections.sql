select
    athlete_id,
    replace(correction, 'withdrawn_', '') as correction,
    -- Files without rows once landed as one row without an activity.
    coalesce(activity_id, '') as activity_id,
    correction like 'withdrawn%' as is_withdrawn,
    is_race,
    is_maximal,
    official_distance_m,
    official_time_s,
    training_load,
    sport_type,
    note,
    import_id,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('corrections') }}
