{#- Every load that can be computed for an activity, on one scale: 100 is one hour at threshold. -#}
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

measures as (

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

),

graded as (

    select
        *,
        coalesce(climb_m_per_km > {{ var('trail_climb_m_per_km') }}e0, false) as is_trail,
        graded_speed_4th_mps is not null or mean_graded_speed_mps is not null as is_graded,
        case
            when sport = 'run'
                then coalesce(
                    nullif(graded_speed_4th_mps, 0e0), mean_graded_speed_mps, mean_speed_mps
                )
        end as normalised_speed_mps,
        case when is_ride then coalesce(weighted_power_w, avg_power_w) end as normalised_power_w,
        {{ reserve_share('lthr_bpm', 'resting_hr_bpm', 'valid_max_hr_bpm') }} as lthr_reserve_share

    from measures

),

intensities as (

    select
        *,
        normalised_power_w / nullif(ftp_w, 0e0) as power_intensity,
        normalised_speed_mps / nullif(threshold_speed_mps, 0e0) as pace_intensity,
        case when sport = 'swim' then mean_speed_mps / nullif(css_mps, 0e0) end as swim_intensity,
        trimp / nullif(
            {{ trimp('3600e0', 'lthr_reserve_share', 'sex') }}, 0e0
        ) as threshold_hours

    from graded

),

loads as (

    select
        *,
        100e0 * hours * power_intensity * power_intensity as power_load,
        100e0 * hours * pace_intensity * pace_intensity as pace_load,
        100e0 * elapsed_time_s / 3600e0 * power(swim_intensity, 3e0) as swim_load,
        100e0 * threshold_hours as heart_rate_load,
        {{ rpe_load('hours', 'perceived_exertion') }} as rpe_load,
        hours * load_per_hour as duration_load,
        {{ highest_load('hours') }} as highest_load

    from intensities

),

final as (

    select
        *,
        case
            when override_load is not null then 'override'
            when power_load <= highest_load then 'power'
            when pace_load > 0e0 and pace_load <= highest_load and is_graded and not is_trail
                then 'pace'
            when swim_load > 0e0 and swim_load <= highest_load then 'swim'
            when heart_rate_load <= highest_load then 'heart_rate'
            when pace_load > 0e0 and pace_load <= highest_load then 'pace'
            when rpe_load <= highest_load then 'rpe'
            else 'duration'
        end as load_method

    from loads

)

select * from final  -- noqa: AM04
