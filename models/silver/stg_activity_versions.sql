with

accepted as (

    select * from {{ ref('stg_activities') }}
    where quarantine_reason is null

),

-- The same activity imported again from the same source: the latest import is used.
latest as (

    select
        *,
        row_number() over (
            partition by athlete_id, activity_id, source_kind
            order by
                ingested_at desc nulls last,
                content_hash asc nulls last,
                source_row_number desc nulls last
        ) as recency,
        max(case when avg_hr_bpm is not null then 1 else 0 end) over (
            partition by athlete_id, activity_id
        ) as has_hr,
        max(case when source_kind = 'device_file' or device_file is not null then 1 else 0 end)
            over (partition by athlete_id, activity_id) as has_recording

    from accepted

),

-- Of several sources the most complete one; recordings have no name and no race flag.
final as (

    select
        landed_row_id,
        athlete_id,
        activity_id,
        source_kind,
        sport,
        is_sport_corrected,
        said_sport_family,
        started_at,
        elapsed_time_s,
        distance_m,
        has_hr,
        has_recording,
        ingested_at,
        first_value(landed_row_id) over (
            partition by athlete_id, activity_id
            order by
                (case when recency = 1 then 0 else 1 end) asc nulls last,
                (case when source_kind = 'device_file' then 1 else 0 end) asc nulls last,
                (case when avg_hr_bpm is null then 1 else 0 end) asc nulls last,
                (case when source_kind = 'strava_api' then 1 else 0 end) asc nulls last,
                ingested_at desc nulls last,
                landed_row_id asc nulls last
        ) as head_row_id

    from latest

)

select * from final
