with

athletes as (

    select * from {{ ref('athletes') }}

),

intake as (

    select * from {{ ref('intake_checks') }}

),

marks as (

    select
        athlete_id,
        activity_date as mark_date,
        inputs_fingerprint as fingerprint

    from {{ ref('stg_activity_inputs') }}
    union all
    select
        athlete_id,
        mark_date,
        fingerprint

    from {{ ref('stg_setting_marks') }}

),

earlier_marks as (

    {{ published_marks('activity_features', 'activity_date', 'inputs_fingerprint') }}
    union all
    {{ published_marks('stg_settings_used', day='mark_date') }}

),

compared as (

    {{ compared_marks('marks', 'earlier_marks') }}

),

changed as (

    {{ first_changed_days('marks', 'earlier_marks', 'compared') }}

),

final as (

    select
        changed.athlete_id,
        changed.first_changed_day as first_day,
        athletes.as_of_date as last_day

    from changed
    left join athletes on changed.athlete_id = athletes.athlete_id
    left join intake on changed.athlete_id = intake.athlete_id
    where not coalesce(intake.is_held, false)

)

select * from final
