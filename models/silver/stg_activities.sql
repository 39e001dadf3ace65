with

landed as (

    select * from {{ ref('strava_activities') }}

),

sports as (

    select * from {{ ref('sports') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

typed as (

    select
        landed.landed_row_id,
        landed.athlete_id,
        landed.activity_id,
        landed.name,
        landed.sport_type,
        coalesce(sports.sport, 'other') as sport,
        landed.started_at,
        {{ local_time('landed.started_at', 'athletes.time_zone') }} as local_started_at,
        landed.elapsed_time_s,
        landed.moving_time_s,
        -- Older exports have one distance only, as displayed: in metres for swims, else in km.
        coalesce(
            landed.distance_m,
            landed.displayed_distance * case when sports.sport = 'swim' then 1e0 else 1e3 end
        ) as distance_m,
        landed.elevation_gain_m,
        -- A chest strap that slipped, not a heart: no adult averages below 30 or above 230.
        case when landed.avg_hr_bpm between 30e0 and 230e0 then landed.avg_hr_bpm end as avg_hr_bpm,
        case when landed.max_hr_bpm between 30e0 and 230e0 then landed.max_hr_bpm end as max_hr_bpm,
        landed.perceived_exertion,
        coalesce(landed.is_race_flagged, false) as is_race_flagged,
        landed.device_file is not null as has_device_file,
        landed.unreadable_cells,
        landed.source_row_number,
        landed.content_hash,
        landed.ingested_at

    from landed
    left join sports on landed.sport_type = sports.sport_type
    left join athletes on landed.athlete_id = athletes.athlete_id

),

final as (

    select
        *,
        cast(local_started_at as date) as activity_date,
        case
            when unreadable_cells like '%cell_count%' then 'broken_row'
            when activity_id is null then 'no_activity_id'
            when started_at is null then 'no_start'
            when started_at > ingested_at + interval '1' day then 'starts_after_import'
            when coalesce(elapsed_time_s, 0e0) <= 0e0 then 'no_duration'
            when elapsed_time_s > 259200e0 then 'longer_than_3_days'
            when unreadable_cells like '%distance%' then 'unreadable_distance'
            when distance_m < 0e0 then 'negative_distance'
            when local_started_at is null then 'no_time_zone'
        end as quarantine_reason

    from typed

)

select * from final
