select
    athlete_hash,
    rows_erased,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('erasures') }}
