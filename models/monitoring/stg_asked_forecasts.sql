with

race_results as (

    select * from {{ ref('race_results') }}
    where incomparable_reason is null

),

athletes as (

    select * from {{ ref('athletes') }}

),

horizons as (

    select
        days_ahead,
        days_ahead + tolerance_days as most_days_ahead

    from {{ ref('ledger_horizons') }}

),

final as (

    select
        race_results.race_id,
        race_results.athlete_id,
        race_results.race_date,
        race_results.distance_label,
        race_results.distance_m,
        race_results.race_time_s,
        athletes.time_zone,
        horizons.days_ahead,
        {{ days_after('race_results.race_date', '-horizons.days_ahead') }} as made_until,
        {{ days_after('race_results.race_date', '-horizons.most_days_ahead') }} as made_from

    from race_results
    -- A day that is not over may still bring a correction, or a better race.
    inner join athletes
        on race_results.athlete_id = athletes.athlete_id
        and race_results.race_date < athletes.as_of_date
    cross join horizons

)

select * from final
