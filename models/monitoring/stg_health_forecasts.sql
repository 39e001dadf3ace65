with

athletes as (

    select * from {{ ref('athletes') }}

),

targets as (

    select * from {{ ref('stg_forecast_targets') }}

),

served as (

    select * from {{ ref('athlete_today') }}

),

predictions as (

    select predictions.*
    from {{ ref('race_predictions') }} as predictions
    inner join athletes
        on predictions.athlete_id = athletes.athlete_id
        and predictions.prediction_date = athletes.as_of_date

),

logged as (

    select entries.*
    from {{ ref('inference_log') }} as entries
    inner join athletes
        on entries.athlete_id = athletes.athlete_id
        and entries.prediction_date = athletes.as_of_date

),

answered as (

    select
        targets.target_id,
        count(predictions.athlete_id) as answers
    from targets
    left join predictions
        on targets.athlete_id = predictions.athlete_id
        and targets.distance_m = predictions.distance_m
        and predictions.model_role <> 'challenger'
    group by targets.target_id

),

made as (

    select
        'forecasts_made' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when answers = 0 then 1 end) > 0 then 'fail'
            else 'ok'
        end as status,
        cast(count(case when answers = 0 then 1 end) as string)
        || ' of ' || cast(count(*) as string) || ' forecasts of today are missing.' as detail

    from answered

),

paired as (

    select
        (select count(*) from predictions) as predictions_of_today,
        (select count(*) from logged) as logged_today

),

kept as (

    select
        'forecasts_logged' as check_name,
        case when predictions_of_today = logged_today then 'ok' else 'fail' end as status,
        cast(predictions_of_today as string) || ' forecasts of today, '
        || cast(logged_today as string) || ' in the log.' as detail

    from paired

),

shown as (

    select
        'served_today' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when served.as_of_date is null then 1 end) > 0 then 'fail'
            else 'ok'
        end as status,
        cast(count(case when served.as_of_date is null then 1 end) as string)
        || ' of ' || cast(count(*) as string) || ' athletes have no row of today.' as detail

    from athletes
    left join served
        on athletes.athlete_id = served.athlete_id
        and athletes.as_of_date = served.as_of_date

),

final as (

    select * from made
    union all
    select * from kept
    union all
    select * from shown

)

select * from final
