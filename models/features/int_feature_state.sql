{#- Written after the public tables, so that a run which died in between is seen by the next one. -#}
-- depends_on: {{ ref('activity_features') }}, {{ ref('daily_features') }}, {{ ref('rolling_features') }}
select
    athlete_id,
    last_day,
    fingerprint_before,
    fingerprint,
    run_id

from {{ ref('int_feature_audits') }}
where finding is null and last_day is not null
