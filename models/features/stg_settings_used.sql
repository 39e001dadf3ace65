-- What {{ ref('activity_features') }} was computed from, so that the next run sees what changed.
-- Held athletes were not computed: without a mark all their days count as changed once they are let
-- go.
with

marks as (

    select * from {{ ref('stg_setting_marks') }}

),

intake as (

    select * from {{ ref('intake_checks') }}

),

final as (

    select
        marks.athlete_id,
        marks.mark_date,
        marks.fingerprint

    from marks
    left join intake on marks.athlete_id = intake.athlete_id
    where not coalesce(intake.is_held, false)

)

select * from final
