with

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

    from {{ ref('stg_activity_loads') }}

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
        case when as_half_s >= 3402e0 then as_half_s end as equivalent_half_s,

        ---------- what it was computed from, thresholds apart and with them
        inputs_fingerprint,
        {{ fingerprint([
            'inputs_fingerprint', 'sex', 'valid_max_hr_bpm', 'resting_hr_bpm', 'lthr_bpm',
            'threshold_speed_mps', 'ftp_w', 'css_mps',
        ]) }} as fingerprint

    from equivalents

)

select * from final
