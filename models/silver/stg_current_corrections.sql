with

landed_corrections as (

    select
        *,
        landing_version < 3 as is_whole_file

    from {{ ref('landed_corrections') }}

),

-- Before landing version 3 a file replaced the earlier one; races.csv held the planned races too.
dated as (

    select
        *,
        max(case when is_whole_file then ingested_at end) over (
            partition by
                athlete_id,
                case when correction = 'planned_races' then 'races' else correction end
        ) as last_whole_file_at

    from landed_corrections

),

ranked as (

    select
        *,
        row_number() over (
            partition by athlete_id, correction, activity_id
            order by ingested_at desc nulls last, landing_version desc nulls last
        ) as recency

    from dated
    where
        not coalesce(is_whole_file, false)
        or ingested_at = last_whole_file_at

),

-- Distances and times from before import had limits are checked here; NaN is the largest number.
final as (

    select
        athlete_id,
        correction,
        activity_id,
        is_race,
        is_maximal,
        case when official_distance_m between 50e0 and 1e6 then official_distance_m end
            as official_distance_m,
        case when official_time_s between 1e0 and 2592e3 then official_time_s end
            as official_time_s,
        training_load,
        sport_type,
        note,
        ingested_at

    from ranked
    where
        recency = 1
        and activity_id <> ''
        and not coalesce(is_withdrawn, false)

)

select * from final
