with

race_results as (

    select * from {{ ref('race_results') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

final as (

    select
        race_results.athlete_id,
        race_results.activity_id,
        race_results.race_date,
        race_results.distance_m,
        race_results.race_time_s,
        cast({{ local_time('race_results.label_known_at', 'athletes.time_zone') }} as date)
            as known_on

    from race_results
    inner join athletes on race_results.athlete_id = athletes.athlete_id
    where race_results.incomparable_reason is null

)

select * from final
