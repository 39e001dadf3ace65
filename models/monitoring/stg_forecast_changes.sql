with

predictions as (

    select * from {{ ref('race_predictions') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- Today, and the four weeks before it.
summed as (

    select
        predictions.athlete_id,
        predictions.distance_label,
        avg(
            case
                when predictions.prediction_date = athletes.as_of_date
                    then ln(predictions.predicted_time_s)
            end
        ) as log_time_today,
        avg(
            case
                when predictions.prediction_date < athletes.as_of_date
                    then ln(predictions.predicted_time_s)
            end
        ) as log_time_before,
        count(distinct case
            when predictions.prediction_date < athletes.as_of_date then predictions.prediction_date
        end) as days_before

    from predictions
    inner join athletes on predictions.athlete_id = athletes.athlete_id
    where
        predictions.model_role <> 'challenger'
        and predictions.predicted_time_s is not null
        and predictions.prediction_date <= athletes.as_of_date
        and predictions.prediction_date >= {{ days_after('athletes.as_of_date', -28) }}
    group by predictions.athlete_id, predictions.distance_label

),

final as (

    select
        athlete_id,
        distance_label,
        round(exp(log_time_today - log_time_before) - 1e0, 9) as change_share

    from summed
    where log_time_today is not null and days_before >= 3

)

select * from final
