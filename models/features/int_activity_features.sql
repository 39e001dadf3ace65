with

candidates as (

    select * from {{ ref('int_activity_candidates') }}

),

chosen as (

    select
        *,
        case load_method
            when 'override' then override_load
            when 'power' then power_load
            when 'pace' then pace_load
            when 'swim' then swim_load
            when 'heart_rate' then heart_rate_load
            when 'rpe' then rpe_load
            else duration_load
        end as training_load,
        case load_method
            when 'power' then power_source
            when 'pace' then pace_source
            when 'swim' then 'given'
            when 'heart_rate' then heart_rate_source
        end as threshold_source,
        case load_method
            when 'power' then weighted_power_w is not null
            when 'pace' then graded_speed_4th_mps is not null
            when 'heart_rate' then is_recorded
            else true
        end as is_from_samples

    from candidates

),

rated as (

    select
        *,
        case load_method
            when 'swim' then swim_intensity
            when 'duration' then null
            else sqrt(training_load / (100e0 * hours))
        end as intensity,
        case
            when load_method = 'override' then 'A'
            when load_method = 'rpe' then 'C'
            when load_method = 'duration' then 'D'
            when threshold_source = 'given' and is_from_samples then 'A'
            when threshold_source = 'given' or is_from_samples then 'B'
            else 'C'
        end as load_quality,
        coalesce(mean_graded_speed_mps, case when is_run then mean_speed_mps end) as run_speed_mps,
        -- Without the mean of fourth powers nothing tells how even it was.
        coalesce(graded_speed_4th_mps / mean_graded_speed_mps, 1e0) as variability

    from chosen

),

-- Outdoor runs as distances on the flat. Without a graded speed, 3.3 m for each metre climbed.
flat_runs as (

    select
        *,
        case
            when sport = 'run' and is_pace_plausible
                then coalesce(
                    mean_graded_speed_mps * duration_s,
                    distance_m + 3.3e0 * coalesce(elevation_gain_m, 0e0)
                )
        end as flat_distance_m

    from rated

),

equivalents as (

    select
        *,
        case
            when distance_m >= 3e3 and distance_m <= 12e3
                then duration_s * power(5e3 / flat_distance_m, 1.08e0)
        end as as_5k_s,
        case
            when distance_m >= 14e3 then duration_s * power(21097.5e0 / flat_distance_m, 1.08e0)
        end as as_half_s

    from flat_runs

),

final as (

    select
        athlete_id,
        activity_id,
        activity_date,
        sport,
        duration_s,
        distance_m,
        elevation_gain_m,

        ---------- load
        training_load,
        load_method,
        load_quality,
        threshold_source,
        intensity,
        override_load,
        power_load,
        pace_load,
        swim_load,
        heart_rate_load,
        rpe_load,
        duration_load,

        ---------- thresholds of the day
        valid_max_hr_bpm,
        resting_hr_bpm,
        lthr_bpm,
        1e3 / threshold_speed_mps as threshold_pace_s_per_km,
        ftp_w,
        1e2 / css_mps as css_s_per_100m,

        ---------- heart rate
        case when is_recorded then 'samples' when mean_hr_bpm is not null then 'mean' end
            as heart_rate_detail,
        mean_hr_bpm,
        hr_reserve_share,
        trimp,
        edwards_trimp,
        lucia_trimp,
        perceived_exertion * duration_s / 60e0 as session_rpe,
        {%- for zone in heart_rate_zones() %}
        z{{ zone.number }}_s,
        {%- endfor %}
        {%- for zone in heart_rate_zones() %}
        z{{ zone.number }}_s / hr_seconds as z{{ zone.number }}_share,
        {%- endfor %}

        ---------- pace and efficiency
        case when is_run then 1e3 / nullif(mean_graded_speed_mps, 0e0) end as graded_pace_s_per_km,
        case
            when hours < 0.5e0 or is_partly_recorded then null
            when is_ride and power_intensity < 0.85e0 then normalised_power_w / mean_hr_bpm
            -- Of an intensity that nobody can tell it isn't known whether it was easy.
            when sport = 'run' and pace_intensity < 0.85e0 and variability < 1.1e0
                then normalised_speed_mps * 60e0 / mean_hr_bpm
        end as efficiency_factor,
        decoupling_pct,
        climb_m_per_km,
        case
            when sport <> 'run' or hours < 0.25e0 then null
            when hr_reserve_share >= 0.65e0 and hr_reserve_share < 0.75e0
                then nullif(run_speed_mps, 0e0)
        end as steady_speed_mps,
        case when sport = 'run' then best_1k_s end as best_1k_s,
        case when sport = 'run' then best_5k_s end as best_5k_s,
        -- World records: 10,000 m in 26:11 is 12:23 over 5 km, the half marathon 56:42.
        case when as_5k_s >= 743e0 then as_5k_s end as equivalent_5k_s,
        case when as_half_s >= 3402e0 then as_half_s end as equivalent_half_s

    from equivalents

)

select * from final
