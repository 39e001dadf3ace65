with

athletes as (

    select * from {{ ref('athletes') }}

),

standard_distances as (

    select * from {{ ref('standard_distances') }}
    where is_forecast

),

planned_races as (

    select * from {{ ref('planned_races') }}

),

held as (

    select * from {{ ref('int_held_athletes') }}

),

asked as (

    select
        athletes.athlete_id,
        standard_distances.distance_label,
        cast(standard_distances.distance_m as double) as distance_m

    from athletes
    cross join standard_distances

    -- A union without all removes duplicate distances.
    union distinct

    select
        athlete_id,
        distance_label,
        distance_m

    from planned_races

),

final as (

    select
        asked.athlete_id || ':' || asked.distance_label as target_id,
        asked.athlete_id,
        athletes.as_of_date as prediction_date,
        asked.distance_label,
        asked.distance_m

    from asked
    inner join athletes on asked.athlete_id = athletes.athlete_id
    left join held on asked.athlete_id = held.athlete_id
    where held.athlete_id is null

)

select * from final
