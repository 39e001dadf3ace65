with

candidates as (

    select * from {{ ref('stg_activity_candidates') }}

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

final as (

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

)

select * from final  -- noqa: AM04
