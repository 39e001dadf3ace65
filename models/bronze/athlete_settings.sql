select
    athlete_id,
    time_zone,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('athletes') }}
