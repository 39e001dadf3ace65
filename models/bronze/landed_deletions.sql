select
    athlete_id,
    activity_id,
    import_id,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('deletions') }}
