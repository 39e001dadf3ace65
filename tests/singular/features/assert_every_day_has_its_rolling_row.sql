-- Both are published by themselves: athletes whose days differ in number or end apart.
with

of_days as (

    select
        athlete_id,
        count(*) as days_there,
        max(feature_date) as last_day

    from {{ ref('daily_features') }}
    group by athlete_id

),

of_rolling as (

    select
        athlete_id,
        count(*) as days_there,
        max(feature_date) as last_day

    from {{ ref('rolling_features') }}
    group by athlete_id

),

final as (

    select
        of_days.athlete_id,
        of_days.days_there,
        of_rolling.days_there as rolling_days_there

    from of_days
    full outer join of_rolling on of_days.athlete_id = of_rolling.athlete_id
    where
        of_days.days_there is distinct from of_rolling.days_there
        or of_days.last_day is distinct from of_rolling.last_day

)

select * from final
