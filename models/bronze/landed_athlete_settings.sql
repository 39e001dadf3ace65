select
    athlete_id,
    setting,
    value,
    value_text,
    valid_from,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('athlete_settings') }}
