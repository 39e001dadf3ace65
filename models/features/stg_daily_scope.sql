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

marks_by_athlete as (

    {{ marks_by_athlete('marks') }}

),

earlier_marks_by_athlete as (

    {{ marks_by_athlete('earlier_marks') }}

),

last_days as (

    select
        athlete_id,
        as_of_date as last_day

    from {{ ref('athletes') }}

),

final as (

    {{ recompute_scope('marks', 'earlier_marks', 'last_days') }}

)

select * from final
