with

accepted as (

    select * from {{ ref('stg_activities') }}
    where quarantine_reason is null

),

-- The same activity exported again: the latest export is what the athlete says now.
versions as (

    select
        *,
        first_value(landed_row_id) over (
            partition by athlete_id, activity_id
            order by
                ingested_at desc nulls last,
                content_hash asc nulls last,
                source_row_number desc nulls last
        ) as latest_row_id

    from accepted

),

-- The same workout under two ids, uploaded twice: the richer recording stays.
recordings as (

    select
        landed_row_id,
        first_value(landed_row_id) over (
            partition by athlete_id, sport_type, started_at, elapsed_time_s
            order by
                (avg_hr_bpm is not null) desc nulls last,
                has_device_file desc nulls last,
                distance_m desc nulls last,
                activity_id asc nulls last
        ) as survivor_row_id

    from versions
    where landed_row_id = latest_row_id

),

final as (

    select
        versions.landed_row_id,
        recordings.survivor_row_id,
        case
            when versions.landed_row_id = recordings.survivor_row_id then null
            when versions.landed_row_id = versions.latest_row_id then 'same_recording'
            else 'same_activity_id'
        end as duplicate_reason

    from versions
    inner join recordings on versions.latest_row_id = recordings.landed_row_id

)

select * from final
