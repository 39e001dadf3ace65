select
    athlete_id,
    day,
    measure,
    value,
    source,
    source_file,
    import_id,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('wellness') }}
