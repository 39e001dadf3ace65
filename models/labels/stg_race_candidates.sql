with

athletes as (

    select * from {{ ref('athletes') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

runs as (

    select
        activities.*,
        corrections.is_race as is_race_corrected,
        corrections.is_maximal,
        corrections.official_distance_m as corrected_distance_m,
        corrections.official_time_s as corrected_time_s,
        coalesce(corrections.official_distance_m, activities.distance_m) as sought_distance_m

    from {{ ref('activities') }} as activities
    inner join athletes
        on activities.athlete_id = athletes.athlete_id
        and activities.activity_date <= athletes.as_of_date
    left join corrections
        on activities.athlete_id = corrections.athlete_id
        and activities.activity_id = corrections.activity_id
    where activities.sport = 'run'

),

standard_distances as (

    select * from {{ ref('standard_distances') }}

),

-- GPS reads 1 % long in a race, so the nearest distance is sought from there.
matched as (

    select
        runs.*,
        coalesce(standard_distances.distance_label, 'other') as distance_label,
        coalesce(runs.corrected_distance_m, standard_distances.distance_m) as official_distance_m,
        row_number() over (
            partition by runs.athlete_id, runs.activity_id
            order by
                abs(ln(runs.sought_distance_m / standard_distances.distance_m) - 0.01e0) asc
                nulls last
        ) as nearness

    from runs
    left join standard_distances
        on runs.sought_distance_m
        between standard_distances.shortest_m and standard_distances.longest_m

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
        coalesce(corrected_time_s, elapsed_time_s) as race_time_s,
        is_race_flagged,
        is_race_corrected,
        coalesce(is_maximal, true) as is_maximal

    from matched
    where
        nearness = 1
        -- Faster than a world record or slower than a walk is a recording gone wrong.
        and official_distance_m / coalesce(corrected_time_s, elapsed_time_s) between 1.6e0 and 6.9e0

)

select * from final
