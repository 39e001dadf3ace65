with

runs as (

    select
        *,
        -- Speed adjusted for distance by Riegel's law.
        exp(-log_effort) as pace_score

    from {{ ref('stg_race_runs') }}

),

activities as (

    select * from {{ ref('activities') }}
    where elapsed_time_s > 0e0

),

paired as (

    select
        runs.athlete_id,
        runs.activity_id,
        neighbours.sport,
        neighbours.elapsed_time_s,
        exp(
            {{ riegel_exponent() }} * ln(nullif(neighbours.distance_m, 0e0))
            - ln(neighbours.elapsed_time_s)
        )
        / runs.pace_score
            as pace_ratio,
        neighbours.distance_m / runs.distance_m as distance_ratio,
        {{ seconds_between('runs.local_started_at', 'neighbours.local_started_at') }}
        - runs.elapsed_time_s as gap_after_s,
        {{ seconds_between('neighbours.local_started_at', 'runs.local_started_at') }}
        - neighbours.elapsed_time_s as gap_before_s

    from runs
    inner join activities as neighbours
        on runs.athlete_id = neighbours.athlete_id
        and runs.activity_date = neighbours.activity_date
        and runs.activity_id <> neighbours.activity_id

),

final as (

    select
        athlete_id,
        activity_id,
        coalesce(bool_or(
            sport = 'run' and pace_ratio > 1.1e0 and gap_after_s between -60e0 and 5400e0
        ), false) as is_before_faster_run,
        coalesce(bool_or(
            sport = 'run' and pace_ratio > 1.1e0 and gap_before_s between -60e0 and 5400e0
        ), false) as is_after_faster_run,
        coalesce(bool_or(
            sport = 'run'
            and pace_ratio < 0.9e0
            and distance_ratio < 0.7e0
            and gap_before_s between -60e0 and 3600e0
        ), false) as is_after_warm_up,
        -- Second leg of a triathlon or brick session: it starts when a ride ends.
        coalesce(bool_or(
            sport in ('ride', 'ride_indoor')
            and elapsed_time_s >= 1800e0
            and gap_before_s between -60e0 and 900e0
        ), false) as is_after_ride

    from paired
    group by athlete_id, activity_id

)

select * from final
