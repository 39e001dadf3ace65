with

athletes as (

    select * from {{ ref('athletes') }}

),

runs as (

    select activities.*
    from {{ ref('activities') }} as activities
    inner join athletes
        on activities.athlete_id = athletes.athlete_id
        and activities.activity_date <= athletes.as_of_date
    where activities.sport = 'run'

),

standard_distances as (

    select * from {{ ref('standard_distances') }}

),

-- GPS reads 1 % long in a race, so the nearest distance is sought from there.
matched as (

    select
        runs.*,
        standard_distances.distance_label,
        standard_distances.distance_m as official_distance_m,
        row_number() over (
            partition by runs.athlete_id, runs.activity_id
            order by
                abs(ln(runs.distance_m / standard_distances.distance_m) - 0.01e0) asc nulls last
        ) as nearness

    from runs
    inner join standard_distances
        on runs.distance_m between standard_distances.shortest_m and standard_distances.longest_m
    -- Faster than a world record or slower than a walk is a recording gone wrong.
    where standard_distances.distance_m / runs.elapsed_time_s between 1.6e0 and 6.9e0

),

final as (

    select
        athlete_id,
        activity_id,
        activity_date,
        name,
        distance_label,
        official_distance_m,
        distance_m as gps_distance_m,
        elapsed_time_s,
        is_race_flagged

    from matched
    where nearness = 1

)

select * from final
