with

predictions as (

    select * from {{ ref('race_predictions') }}
    where model_role <> 'challenger'

),

athletes as (

    select * from {{ ref('athletes') }}

),

planned_races as (

    select
        athlete_id,
        distance_label,
        min(race_date) as next_race_date

    from {{ ref('planned_races') }}
    group by athlete_id, distance_label

),

-- The latest forecast for the as-of date; earlier ones remain in the log. The champion's forecast
-- takes precedence over the fallback's.
ranked as (

    select
        predictions.*,
        planned_races.next_race_date,
        row_number() over (
            partition by predictions.athlete_id, predictions.distance_m
            order by
                case when predictions.model_role = 'champion' then 0 else 1 end asc nulls last,
                predictions.predicted_at desc nulls last,
                predictions.model_version desc nulls last
        ) as recency

    from predictions
    inner join athletes
        on predictions.athlete_id = athletes.athlete_id
        and predictions.prediction_date = athletes.as_of_date
    left join planned_races
        on predictions.athlete_id = planned_races.athlete_id
        and predictions.distance_label = planned_races.distance_label

),

final as (

    select
        athlete_id,
        prediction_date,
        distance_label,
        distance_m,
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        refusal_reason,
        reason_1,
        reason_2,
        reason_3,
        model_version,
        model_role,
        fallback_reason,
        next_race_date,
        predicted_at

    from ranked
    where recency = 1

)

select * from final
