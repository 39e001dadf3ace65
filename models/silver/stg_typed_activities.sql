{%- set started_at =
    'case when rollovers.is_corrected then rollovers.started_at '
    ~ 'else landed.started_at end'
-%}
with

landed as (

    select * from {{ ref('landed_activities') }}

),

sports as (

    select * from {{ ref('sports') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

rollovers as (

    select * from {{ ref('stg_gps_rollovers') }}

),

home_zones as (

    select * from {{ ref('athlete_settings') }}
    where setting = 'time_zone'

),

typed as (

    select
        landed.landed_row_id,
        landed.athlete_id,
        landed.source_kind,
        landed.activity_id,
        landed.name,
        coalesce(corrections.sport_type, landed.sport_type) as sport_type,
        corrections.sport_type is not null as is_sport_corrected,
        case
            when landed.sport_type is not null
                then replace(coalesce(said_sports.sport, 'other'), '_indoor', '')
        end as said_sport_family,
        case
            when landed.is_indoor and sports.sport in ('run', 'ride') then sports.sport || '_indoor'
            else coalesce(sports.sport, 'other')
        end as sport,
        {{ started_at }} as started_at,
        coalesce(
            case
                when rollovers.is_corrected then rollovers.local_started_at
                else landed.local_started_at
            end,
            {{ local_time(started_at, 'home_zones.value_text') }}
        ) as local_started_at,
        case
            when rollovers.is_corrected then 'gps_week_rollover' else landed.clock_flag
        end as clock_flag,
        not rollovers.is_corrected as has_impossible_date,
        coalesce(landed.time_zone, home_zones.value_text) as time_zone,
        case
            when landed.time_zone is null then 'athlete'
            when landed.source_kind = 'device_file' then 'device'
            when landed.source_kind = 'csv' then 'table'
            else 'api'
        end as time_zone_source,
        -- Some tables only have moving time, which is a lower bound of elapsed time.
        coalesce(nullif(landed.elapsed_time_s, 0e0), landed.moving_time_s) as elapsed_time_s,
        nullif(landed.elapsed_time_s, 0e0) is not null as has_elapsed_time,
        landed.moving_time_s,
        -- Older exports only have the displayed distance: metres for swims, otherwise km.
        coalesce(
            landed.distance_m,
            landed.displayed_distance * case when said_sports.sport = 'swim' then 1e0 else 1e3 end
        ) as distance_m,
        landed.elevation_gain_m,
        landed.avg_hr_bpm,
        landed.max_hr_bpm,
        landed.avg_power_w,
        landed.weighted_power_w,
        landed.graded_distance_m,
        landed.graded_speed_mps,
        landed.graded_speed_4th_mps,
        landed.decoupling_pct,
        landed.temperature_c,
        landed.weight_kg,
        landed.perceived_exertion,
        landed.relative_effort,
        coalesce(landed.is_race_flagged, false) as is_race_flagged,
        landed.gear,
        landed.device_file,
        landed.problem,
        landed.unreadable_cells,
        landed.source_row_number,
        landed.content_hash,
        landed.ingested_at

    from landed
    left join corrections
        on landed.athlete_id = corrections.athlete_id
        and landed.activity_id = corrections.activity_id
    left join sports as said_sports
        on {{ is_sport_type('landed.sport_type', 'said_sports.sport_type') }}
    left join sports
        on {{ is_sport_type(
            'coalesce(corrections.sport_type, landed.sport_type)', 'sports.sport_type'
        ) }}
    left join rollovers on landed.landed_row_id = rollovers.landed_row_id
    left join home_zones
        on landed.athlete_id = home_zones.athlete_id
        and cast({{ started_at }} as date) >= home_zones.valid_from
        and cast({{ started_at }} as date) < home_zones.valid_until

),

final as (

    select
        *,
        cast(local_started_at as date) as activity_date,
        coalesce(nullif(moving_time_s, 0e0), nullif(elapsed_time_s, 0e0)) / 3600e0 as hours

    from typed

)

select * from final
