with

inputs as (

    select * from {{ ref('int_activity_inputs') }}

),

thresholds as (

    select * from {{ ref('int_activity_thresholds') }}

),

heart_rates as (

    select * from {{ ref('int_activity_heart_rates') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

efforts as (

    select
        athlete_id,
        activity_id,
        min(case when target = 1e3 then value end) as best_1k_s,
        min(case when target = 5e3 then value end) as best_5k_s

    from {{ ref('best_efforts') }}
    where effort_kind = 'distance' and target in (1e3, 5e3)
    group by athlete_id, activity_id

),

final as (

    select
        inputs.*,
        thresholds.max_hr_bpm as valid_max_hr_bpm,
        thresholds.resting_hr_bpm,
        thresholds.lthr_bpm,
        thresholds.threshold_speed_mps,
        thresholds.ftp_w,
        thresholds.css_mps,
        thresholds.heart_rate_source,
        thresholds.pace_source,
        thresholds.power_source,
        heart_rates.is_recorded,
        heart_rates.is_partly_recorded,
        heart_rates.hr_seconds,
        heart_rates.mean_hr_bpm,
        heart_rates.trimp,
        heart_rates.edwards_trimp,
        heart_rates.lucia_trimp,
        {%- for zone in heart_rate_zones() %}
        heart_rates.z{{ zone.number }}_s,
        {%- endfor %}
        efforts.best_1k_s,
        efforts.best_5k_s,
        athletes.sex,
        inputs.sport in ('run', 'run_indoor') as is_run,
        inputs.sport in ('ride', 'ride_indoor') as is_ride,
        inputs.duration_s / 3600e0 as hours,
        -- A distance of zero was not measured; it is no speed of zero.
        nullif(inputs.distance_m, 0e0) / inputs.duration_s as mean_speed_mps,
        coalesce(
            nullif(inputs.graded_speed_mps, 0e0),
            nullif(inputs.graded_distance_m, 0e0) / inputs.duration_s
        ) as mean_graded_speed_mps,
        inputs.elevation_gain_m / nullif(inputs.distance_m / 1e3, 0e0) as climb_m_per_km,
        {{ reserve_share(
            'heart_rates.mean_hr_bpm', 'thresholds.resting_hr_bpm', 'thresholds.max_hr_bpm'
        ) }} as hr_reserve_share

    from inputs
    inner join thresholds
        on inputs.athlete_id = thresholds.athlete_id
        and inputs.activity_id = thresholds.activity_id
    inner join athletes on inputs.athlete_id = athletes.athlete_id
    left join heart_rates
        on inputs.athlete_id = heart_rates.athlete_id
        and inputs.activity_id = heart_rates.activity_id
    left join efforts
        on inputs.athlete_id = efforts.athlete_id
        and inputs.activity_id = efforts.activity_id

)

select * from final  -- noqa: AM04
