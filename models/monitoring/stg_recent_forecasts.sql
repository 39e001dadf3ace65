with

logged as (

    select * from {{ ref('inference_log') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

race_results as (

    select * from {{ ref('race_results') }}
    where incomparable_reason is null

),

-- Of two races of one distance on one day neither is the one that was forecast.
results as (

    select
        athlete_id,
        race_date,
        distance_m,
        min(race_time_s) as race_time_s

    from race_results
    group by athlete_id, race_date, distance_m
    having count(*) = 1

),

-- Eight weeks; later results are scored only in the ledger.
final as (

    select
        logged.*,  -- noqa: AM04
        results.race_time_s

    from logged
    inner join athletes on logged.athlete_id = athletes.athlete_id
    left join results
        on logged.athlete_id = results.athlete_id
        and logged.prediction_date = results.race_date
        and logged.distance_m = results.distance_m
    where
        logged.model_role <> 'challenger'
        and logged.prediction_date <= athletes.as_of_date
        and logged.prediction_date > {{ days_after('athletes.as_of_date', -56) }}

)

select * from final  -- noqa: AM04
