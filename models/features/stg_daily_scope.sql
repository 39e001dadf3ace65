with

marks as (

    select
        athlete_id,
        activity_date as mark_date,
        fingerprint

    from {{ ref('activity_features') }}

),

earlier_marks as (

    {{ published_marks('daily_features', day='feature_date') }}

),

compared as (

    {{ compared_marks('marks', 'earlier_marks') }}

),

last_days as (

    select
        athlete_id,
        as_of_date as last_day

    from {{ ref('athletes') }}

),

final as (

    {{ recompute_scope('marks', 'earlier_marks', 'compared', 'last_days') }}

)

select * from final
