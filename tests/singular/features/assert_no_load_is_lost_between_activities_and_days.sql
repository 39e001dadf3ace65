with

of_activities as (

    select
        athlete_id,
        sum(training_load) as training_load

    from {{ ref('activity_features') }}
    group by athlete_id

),

of_days as (

    select
        athlete_id,
        sum(training_load) as training_load

    from {{ ref('daily_features') }}
    group by athlete_id

),

final as (

    select
        of_activities.athlete_id,
        of_activities.training_load as load_of_activities,
        of_days.training_load as load_of_days

    from of_activities
    left join of_days on of_activities.athlete_id = of_days.athlete_id
    where
        of_days.training_load is null
        or abs(of_activities.training_load - of_days.training_load)
        > 1e-9 * of_activities.training_load

)

select * from final
