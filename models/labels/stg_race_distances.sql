with

runs as (

    select * from {{ ref('stg_race_runs') }}

),

words as (

    select * from {{ ref('stg_race_words') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

standard_distances as (

    select * from {{ ref('standard_distances') }}

),

sought as (

    select
        runs.athlete_id,
        runs.activity_id,
        runs.distance_m as gps_distance_m,
        words.unit_votes,
        corrections.official_distance_m as corrected_distance_m,
        -- From the athlete, otherwise from the name, otherwise from GPS.
        coalesce(corrections.official_distance_m, words.named_distance_m, runs.distance_m)
            as sought_distance_m,
        coalesce(corrections.official_distance_m, words.named_distance_m) is not null
            as is_distance_told

    from runs
    left join words
        on runs.athlete_id = words.athlete_id
        and runs.activity_id = words.activity_id
    left join corrections
        on runs.athlete_id = corrections.athlete_id
        and runs.activity_id = corrections.activity_id

),

-- GPS overestimates race distances by 1 %, which is corrected before the nearest is chosen. GPS
-- can't separate 8 km and 5 miles: athletes whose names use kilometres rarely race over miles.
matched as (

    select
        sought.*,
        standard_distances.distance_label,
        standard_distances.is_common,
        cast(standard_distances.distance_m as double) as standard_distance_m,
        row_number() over (
            partition by sought.athlete_id, sought.activity_id
            order by
                case
                    when sought.is_distance_told
                        then abs(ln(sought.sought_distance_m / standard_distances.distance_m))
                    else
                        abs(ln(sought.sought_distance_m / standard_distances.distance_m) - 0.01e0)
                        + case
                            when
                                sought.unit_votes > 0
                                and standard_distances.distance_label like '% mile%'
                                then 0.008e0
                            else 0e0
                        end
                end asc nulls last
        ) as nearness

    from sought
    left join standard_distances
        on sought.sought_distance_m
        between standard_distances.shortest_m and standard_distances.longest_m

),

final as (

    select
        athlete_id,
        activity_id,
        gps_distance_m,
        coalesce(distance_label, 'other') as distance_label,
        coalesce(corrected_distance_m, standard_distance_m, gps_distance_m) as distance_m,
        coalesce(corrected_distance_m, standard_distance_m) is not null as is_distance_official,
        coalesce(is_common, false) as is_common,
        -- Excess of the GPS distance: 0.01 is usual.
        gps_distance_m / standard_distance_m - 1e0 as excess

    from matched
    where nearness = 1

)

select * from final
