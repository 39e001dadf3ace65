with

planned as (

    select
        athlete_id,
        activity_id as planned_race_id,
        cast(substring(activity_id, 1, 10) as date) as race_date,
        official_distance_m as distance_m,
        note

    from {{ ref('stg_current_corrections') }}
    where
        correction = 'planned_races'
        and official_distance_m is not null

),

athletes as (

    select * from {{ ref('athletes') }}

),

standard_distances as (

    select * from {{ ref('standard_distances') }}

),

-- 21.1 km is a half marathon: within half a percent of a usual distance it is that one.
final as (

    select
        planned.athlete_id,
        planned.planned_race_id,
        planned.race_date,
        coalesce(
            standard_distances.distance_label,
            cast(cast(round(planned.distance_m) as bigint) as string) || ' m'
        ) as distance_label,
        coalesce(cast(standard_distances.distance_m as double), round(planned.distance_m))
            as distance_m,
        planned.note

    from planned
    -- What lies behind is a race that was run, or was not.
    inner join athletes
        on planned.athlete_id = athletes.athlete_id
        and planned.race_date >= athletes.as_of_date
    left join standard_distances
        on planned.distance_m
        between standard_distances.distance_m * 0.995e0 and standard_distances.distance_m * 1.005e0

)

select * from final
