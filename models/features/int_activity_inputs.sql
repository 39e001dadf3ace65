with

activities as (

    select * from {{ ref('activities') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

sports as (

    select * from {{ ref('sports') }}

),

final as (

    select
        activities.athlete_id,
        activities.activity_id,
        activities.activity_date,
        activities.sport,
        activities.sport_type,
        activities.sampled_row_id,
        coalesce(nullif(activities.moving_time_s, 0e0), activities.elapsed_time_s) as duration_s,
        activities.elapsed_time_s,
        activities.distance_m,
        activities.elevation_gain_m,
        activities.avg_hr_bpm,
        activities.max_hr_bpm,
        activities.avg_power_w,
        activities.weighted_power_w,
        activities.graded_distance_m,
        activities.graded_speed_mps,
        activities.graded_speed_4th_mps,
        activities.decoupling_pct,
        activities.perceived_exertion,
        -- A time in motion or a climb that can't be true makes the pace of the whole run doubtful.
        {%- for flags in ['value_flags', 'sampled_value_flags'] %}
        {{ 'and ' if not loop.first }}coalesce(activities.{{ flags }}, '') not like '%moving%'
        and coalesce(activities.{{ flags }}, '') not like '%climb%'
        {%- endfor %} as is_pace_plausible,
        corrections.training_load as override_load,
        coalesce(sports.load_per_hour, 35e0) as load_per_hour

    from activities
    inner join athletes
        on activities.athlete_id = athletes.athlete_id
        and activities.activity_date <= athletes.as_of_date
    left join corrections
        on activities.athlete_id = corrections.athlete_id
        and activities.activity_id = corrections.activity_id
    left join sports on {{ is_sport_type('activities.sport_type', 'sports.sport_type') }}

)

select * from final
