{#- Every load that can be computed for an activity, on one scale: 100 is one hour at threshold. -#}
with

measures as (

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

    from {{ ref('int_activity_measures') }}

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

    from measures

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
