with

logged as (

    select * from {{ ref('inference_log') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

latest as (

    select max(logged.prediction_date) as prediction_date
    from logged
    where logged.prediction_date < (select max(athletes.as_of_date) from athletes)

),

ranked as (

    select
        logged.*,
        row_number() over (
            partition by logged.model_version
            order by
                {{ checksum("logged.athlete_id || ' ' || cast(logged.distance_m as string)") }}
                asc nulls last
        ) as place

    from logged
    inner join latest on logged.prediction_date = latest.prediction_date

),

-- A hundred of each version: a model that changed shows in all of them.
final as (

    select
        athlete_id,
        prediction_date,
        distance_m,
        model_name,
        model_version,
        model_role,
        model_inputs,
        predicted_time_s,
        lower_80_s,
        upper_80_s

    from ranked
    where place <= 100

)

select * from final
