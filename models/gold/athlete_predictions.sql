with

predictions as (

    select * from {{ ref('race_predictions') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- The latest word on the day the build stands on; what was said before stays in the log.
ranked as (

    select
        predictions.*,
        row_number() over (
            partition by predictions.athlete_id, predictions.distance_m
            order by
                predictions.predicted_at desc nulls last,
                predictions.model_version desc nulls last
        ) as recency

    from predictions
    inner join athletes
        on predictions.athlete_id = athletes.athlete_id
        and predictions.prediction_date = athletes.as_of_date

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
        model_version,
        model_role

    from ranked
    where recency = 1

)

select * from final
