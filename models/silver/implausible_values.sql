with

typed as (

    select * from {{ ref('stg_typed_activities') }}

),

limits as (

    select * from {{ ref('plausible_limits') }}

),

compared as (

    select
        landed_row_id,
        athlete_id,
        sport,
        coalesce(elapsed_time_s, 0e0) as elapsed_time_s,
        moving_time_s / nullif(elapsed_time_s, 0e0) as moving_share,
        distance_m,
        distance_m / (hours * 3600e0) as speed_mps,
        elevation_gain_m / hours as climb_m_per_h,
        avg_hr_bpm,
        max_hr_bpm,
        avg_power_w,
        weighted_power_w,
        perceived_exertion,
        temperature_c,
        weight_kg

    from typed

),

measured as (

    select
        landed_row_id,
        athlete_id,
        sport,
        measure,
        measured_value

    from compared
    unpivot (
        measured_value for measure in (
            elapsed_time_s, moving_share, distance_m, speed_mps, climb_m_per_h,
            avg_hr_bpm, max_hr_bpm, avg_power_w, weighted_power_w,
            perceived_exertion, temperature_c, weight_kg
        )
    )

),

final as (

    select
        measured.landed_row_id,
        measured.athlete_id,
        limits.rule,
        limits.consequence,
        measured.measure,
        measured.measured_value,
        limits.bound,
        limits.limit_value,
        limits.unit

    from measured
    inner join limits
        on measured.measure = limits.measure
        and limits.sport in (measured.sport, 'any')
    where
        (limits.bound = 'lowest' and measured.measured_value < limits.limit_value)
        or (limits.bound = 'highest' and measured.measured_value > limits.limit_value)

)

select * from final
