select
    athlete_id,
    import_id,
    source_kind,
    source_file,
    content_hash,
    cast(exported_at as timestamp) as exported_at,
    rows_read,
    rows_new,
    rows_changed,
    rows_unchanged,
    rows_gone,
    unknown_columns,
    refused_files,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('imports') }}
