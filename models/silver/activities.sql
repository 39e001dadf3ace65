with

accepted as (

    select * from {{ ref('stg_activities') }}

),

survivors as (

    select * from {{ ref('stg_activity_survivors') }}
    where duplicate_reason is null and not is_excluded

),

-- Values come from the table, and missing ones from the recording.
final as (

    select
        ---------- ids
        accepted.athlete_id,
        accepted.activity_id,
        accepted.landed_row_id,
        survivors.recording_row_id,
        -- The row itself has samples where the API gave them.
        coalesce(survivors.recording_row_id, accepted.landed_row_id) as sampled_row_id,
        case
            when survivors.recording_row_id is null then accepted.value_flags
            else recording.value_flags
        end as sampled_value_flags,

        ---------- what
        accepted.name,
        coalesce(
            corrected.sport,
            case when accepted.sport_type is null then recording.sport end,
            accepted.sport
        ) as sport,
        coalesce(corrected.sport_type, accepted.sport_type, recording.sport_type) as sport_type,
        accepted.is_race_flagged,

        ---------- when: local time at the place, if any source has its time zone
        accepted.started_at,
        {% for column in ['local_started_at', 'time_zone', 'time_zone_source', 'activity_date'] -%}
        case
            when accepted.time_zone_source = 'athlete' and recording.time_zone_source = 'device'
                then recording.{{ column }}
            else accepted.{{ column }}
        end as {{ column }},
        {% endfor %}
        ---------- measures
        accepted.elapsed_time_s,
        accepted.has_elapsed_time,
        {% for column in [
            'moving_time_s', 'distance_m', 'elevation_gain_m', 'avg_hr_bpm', 'max_hr_bpm',
            'avg_power_w', 'weighted_power_w', 'graded_distance_m', 'graded_speed_mps',
            'graded_speed_4th_mps', 'decoupling_pct', 'temperature_c', 'weight_kg'
        ] -%}
        coalesce(accepted.{{ column }}, recording.{{ column }}) as {{ column }},
        {% endfor -%}
        accepted.perceived_exertion,
        accepted.relative_effort,
        accepted.gear,

        ---------- how far it can be trusted, and since when it is known
        accepted.value_flags,
        survivors.is_api_only,
        survivors.first_known_at,
        accepted.ingested_at

    from accepted
    inner join survivors on accepted.landed_row_id = survivors.landed_row_id
    left join accepted as recording on survivors.recording_row_id = recording.landed_row_id
    left join accepted as corrected on survivors.corrected_row_id = corrected.landed_row_id

)

select * from final
