with

runs as (

    select * from {{ ref('stg_race_runs') }}

),

distances as (

    select * from {{ ref('stg_race_distances') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

best_efforts as (

    select * from {{ ref('best_efforts') }}
    where effort_kind = 'distance'

),

joined as (

    select
        runs.athlete_id,
        runs.activity_id,
        distances.distance_m,
        runs.elapsed_time_s,
        corrections.official_time_s,
        best_efforts.value as effort_time_s,
        runs.elapsed_time_s - best_efforts.value as tail_time_s,
        runs.distance_m - distances.distance_m as tail_distance_m

    from runs
    inner join distances
        on runs.athlete_id = distances.athlete_id
        and runs.activity_id = distances.activity_id
    left join corrections
        on runs.athlete_id = corrections.athlete_id
        and runs.activity_id = corrections.activity_id
    left join best_efforts
        on runs.athlete_id = best_efforts.athlete_id
        and runs.activity_id = best_efforts.activity_id
        and best_efforts.target between distances.distance_m - 1e0 and distances.distance_m + 1e0

),

-- The watch was stopped late: the best effort covers nearly the whole distance, and the rest of the
-- recording, a minute or more, was at half the pace.
judged as (

    select
        *,
        coalesce(
            tail_time_s >= 60e0
            and tail_time_s / effort_time_s > 2e0 * greatest(tail_distance_m, 0e0) / distance_m,
            false
        ) as is_run_on

    from joined

),

final as (

    select
        athlete_id,
        activity_id,
        case
            when official_time_s is not null then official_time_s
            when is_run_on then effort_time_s
            -- Elapsed time, not scaled by the GPS distance.
            else elapsed_time_s
        end as race_time_s,
        case
            when official_time_s is not null then 'official'
            when is_run_on then 'best_effort'
            else 'elapsed'
        end as time_source,
        -- Faster than a world record or slower than walking is a recording error.
        distance_m / case
            when official_time_s is not null then official_time_s
            when is_run_on then effort_time_s
            else elapsed_time_s
        end between 1.6e0 and 6.9e0 as is_plausible

    from judged

)

select * from final
