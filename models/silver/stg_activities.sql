with

typed as (

    select * from {{ ref('stg_typed_activities') }}

),

dropped as (

    select * from {{ ref('stg_dropped_values') }}

),

-- Activities that are missing in a later export and were not imported again since.
deleted as (

    select
        deletions.athlete_id,
        deletions.activity_id,
        max(deletions.ingested_at) as deleted_at

    from {{ ref('landed_deletions') }} as deletions
    group by deletions.athlete_id, deletions.activity_id

),

last_seen as (

    select
        athlete_id,
        activity_id,
        max(ingested_at) as last_seen_at

    from typed
    group by athlete_id, activity_id

),

gone as (

    select deleted.*
    from deleted
    inner join last_seen
        on deleted.athlete_id = last_seen.athlete_id
        and deleted.activity_id = last_seen.activity_id
        and deleted.deleted_at > last_seen.last_seen_at

),

final as (

    select
        typed.landed_row_id,
        typed.athlete_id,
        typed.source_kind,
        typed.activity_id,
        typed.name,
        typed.sport,
        typed.sport_type,
        typed.is_sport_corrected,
        typed.said_sport_family,
        typed.is_race_flagged,
        typed.started_at,
        typed.local_started_at,
        typed.time_zone,
        typed.time_zone_source,
        typed.activity_date,
        typed.elapsed_time_s,
        typed.has_elapsed_time,
        {% for column, drop in [
            ('moving_time_s', 'moving_time'),
            ('distance_m', 'distance'),
            ('elevation_gain_m', 'elevation'),
            ('avg_hr_bpm', 'avg_hr'), ('max_hr_bpm', 'max_hr'),
            ('avg_power_w', 'power'), ('weighted_power_w', 'weighted_power'),
            ('graded_distance_m', 'distance'), ('graded_speed_mps', 'distance'),
            ('graded_speed_4th_mps', 'distance'),
            ('decoupling_pct', 'distance'),
            ('temperature_c', 'temperature'),
            ('weight_kg', 'weight'),
            ('perceived_exertion', 'perceived_exertion')
        ] -%}
        case
            when coalesce(dropped.drops_{{ drop }}, 0) = 0 then typed.{{ column }}
        end as {{ column }},
        {% endfor -%}
        typed.relative_effort,
        typed.gear,
        typed.device_file,
        nullif(concat_ws(',', typed.clock_flag, dropped.value_flags), '') as value_flags,
        typed.source_row_number,
        typed.content_hash,
        typed.ingested_at,
        case
            when typed.problem is not null then typed.problem
            when typed.unreadable_cells like '%cell_count%' then 'broken_row'
            when typed.activity_id is null then 'no_activity_id'
            when typed.started_at is null then 'no_start'
            when typed.started_at < cast('1980-01-01' as timestamp) then 'starts_before_1980'
            when typed.started_at > typed.ingested_at + interval '1' day then 'starts_after_import'
            when
                typed.source_kind = 'device_file'
                and typed.started_at < cast('2000-01-02' as timestamp)
                then 'clock_never_set'
            when typed.has_impossible_date then 'date_before_watches'
            when dropped.quarantine_rule is not null then dropped.quarantine_rule
            when typed.distance_m is null and typed.unreadable_cells like '%distance%'
                then 'unreadable_distance'
            when typed.local_started_at is null then 'no_time_zone'
            when gone.activity_id is not null then 'deleted_at_source'
        end as quarantine_reason

    from typed
    left join dropped on typed.landed_row_id = dropped.landed_row_id
    left join gone
        on typed.athlete_id = gone.athlete_id
        and typed.activity_id = gone.activity_id

)

select * from final
