with

marks as (

    select
        athlete_id,
        feature_date as mark_date,
        fingerprint

    from {{ ref('daily_features') }}

),

earlier_marks as (

    {{ published_marks('rolling_features', day='feature_date') }}

),

compared as (

    {{ compared_marks('marks', 'earlier_marks') }}

),

last_days as (

    select
        athlete_id,
        last_mark as last_day

    from compared

),

final as (

    {{ recompute_scope('marks', 'earlier_marks', 'compared', 'last_days') }}

)

select * from final
