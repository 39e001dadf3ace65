with

versions as (

    select * from {{ ref('stg_activity_versions') }}

),

workouts as (

    select * from {{ ref('stg_same_workouts') }}

),

excluded as (

    select * from {{ ref('activity_corrections') }}
    where is_excluded

),

grouped as (

    select
        versions.*,
        workouts.survivor_row_id,
        -- Excluding one recording of a workout must not bring up its twin.
        max(case when excluded.activity_id is null then 0 else 1 end) over (
            partition by workouts.survivor_row_id
        ) as is_excluded,
        -- The athlete's word for the sport of one recording holds for the workout.
        first_value(
            case when versions.is_sport_corrected then versions.landed_row_id end
        ) over (
            partition by workouts.survivor_row_id
            order by
                (case when versions.is_sport_corrected then 0 else 1 end) asc nulls last,
                (case when versions.landed_row_id = workouts.survivor_row_id then 0 else 1 end)
                asc nulls last,
                versions.landed_row_id asc nulls last
        ) as corrected_row_id,
        min(case when versions.source_kind = 'strava_api' then 1 else 0 end) over (
            partition by workouts.survivor_row_id
        ) as is_api_only,
        min(versions.ingested_at) over (
            partition by workouts.survivor_row_id
        ) as first_known_at

    from versions
    inner join workouts on versions.head_row_id = workouts.landed_row_id
    left join excluded
        on versions.athlete_id = excluded.athlete_id
        and versions.activity_id = excluded.activity_id

),

recorded as (

    select
        survivor_row_id,
        landed_row_id as recording_row_id,
        row_number() over (
            partition by survivor_row_id
            order by
                has_hr desc nulls last,
                (case when head_row_id = survivor_row_id then 0 else 1 end) asc nulls last,
                ingested_at desc nulls last,
                landed_row_id asc nulls last
        ) as place

    from grouped
    where source_kind = 'device_file'

),

final as (

    select
        grouped.landed_row_id,
        grouped.survivor_row_id,
        recorded.recording_row_id,
        grouped.corrected_row_id,
        grouped.is_excluded = 1 as is_excluded,
        grouped.is_api_only = 1 as is_api_only,
        grouped.first_known_at,
        case
            when grouped.landed_row_id = grouped.survivor_row_id then null
            when grouped.landed_row_id = grouped.head_row_id then 'same_workout'
            when grouped.source_kind = 'device_file' then 'recording'
            when heads.source_kind = grouped.source_kind then 'earlier_version'
            else 'other_source'
        end as duplicate_reason

    from grouped
    inner join versions as heads on grouped.head_row_id = heads.landed_row_id
    left join recorded
        on grouped.survivor_row_id = recorded.survivor_row_id
        and recorded.place = 1

)

select * from final
