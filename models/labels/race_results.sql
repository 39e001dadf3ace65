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

names as (

    select * from {{ ref('stg_race_names') }}

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
            order by abs(ln(runs.distance_m / standard_distances.distance_m) - 0.01e0) asc nulls last
        ) as nearness

    from runs
    inner join standard_distances
        on runs.distance_m between standard_distances.shortest_m and standard_distances.longest_m

),

judged as (

    select
        matched.*,
        case
            when matched.is_race_flagged then 'platform_flag'
            when names.has_race_word and not names.has_training_word then 'name'
        end as evidence

    from matched
    inner join names
        on matched.athlete_id = names.athlete_id
        and matched.activity_id = names.activity_id
    where matched.nearness = 1

),

final as (

    select
        athlete_id || ':' || activity_id as race_id,
        athlete_id,
        activity_id,
        activity_date as race_date,
        name as race_name,
        distance_label,
        official_distance_m as distance_m,
        -- The clock of a race does not stop, and is not rescaled by GPS.
        elapsed_time_s as race_time_s,
        distance_m as gps_distance_m,
        evidence

    from judged
    where
        evidence is not null
        -- Faster than a world record or slower than a walk is a recording gone wrong.
        and official_distance_m / elapsed_time_s between 1.6e0 and 6.9e0

)

select * from final
