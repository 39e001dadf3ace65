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

marks_by_athlete as (

    {{ marks_by_athlete('marks') }}

),

earlier_marks_by_athlete as (

    {{ marks_by_athlete('earlier_marks') }}

),

last_days as (

    select
        athlete_id,
        last_mark as last_day

    from marks_by_athlete

),

final as (

    {{ recompute_scope('marks', 'earlier_marks', 'last_days') }}

)

select * from final
