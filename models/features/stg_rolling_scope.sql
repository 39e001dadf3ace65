with

daily_features as (

    select * from {{ ref('daily_features') }}

),

marks as (

    select
        athlete_id,
        feature_date as mark_date,
        fingerprint

    from daily_features

),

earlier_marks as (

    {{ published_marks('rolling_features', day='feature_date') }}

),

last_days as (

    select
        athlete_id,
        max(feature_date) as last_day

    from daily_features
    group by athlete_id

),

final as (

    {{ recompute_scope('marks', 'earlier_marks', 'last_days') }}

)

select * from final
