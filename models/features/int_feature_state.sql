{#- Written after the public tables: so the next run sees that a run died in between. -#}
-- depends_on: {{ ref('activity_features') }}
-- depends_on: {{ ref('daily_features') }}
-- depends_on: {{ ref('rolling_features') }}
select
    athlete_id,
    last_day,
    fingerprint_before,
    fingerprint,
    run_id

from {{ ref('int_feature_audits') }}
where finding is null and last_day is not null
