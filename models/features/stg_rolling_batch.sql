with

scope as (

    select
        athlete_number,
        athlete_id

    from {{ ref('stg_rolling_scope') }}

),

windows as (

    select
        scope.athlete_id,
        all_days.*

    from {{ ref('stg_rolling_windows') }} as all_days
    inner join scope on all_days.athlete_number = scope.athlete_number
    where all_days.is_recomputed

),

-- Sums of a straight line through the weeks' mean log speed; x is weeks ago, negative.
fitted as (

    select
        *,
        {%- for best in ['best_1k', 'best_5k', 'best_run_5k', 'best_run_half'] %}
        least({{ best }}_42d_s, {{ best }}_earlier_s) as {{ best }}_84d_s,
        {%- endfor %}
        steady_runs_7d + {{ weigh('steady_runs', 0) }} as fit_runs,
        -({{ weigh('steady_runs', 1) }}) as fit_x,
        {{ weigh('steady_runs', 2) }} as fit_xx,
        steady_log_speed_7d + {{ weigh('steady_log_speed', 0) }} as fit_y,
        -({{ weigh('steady_log_speed', 1) }}) as fit_xy

    from windows

),

final as (

    select
        athlete_id,
        feature_date,
        day_index + 1 as days_of_history,
        day_index >= 41 as has_42_days,
        day_index >= 125 as has_126_days,
        training_load,
        ctl,
        atl,
        tsb,
        ctl - atl as tsb_end_of_day,
        ramp,
        load_ewma_7d,
        load_ewma_28d,
        -- Without four weeks, four active days and some load a ratio is noise.
        case when {{ acwr_is_known('load_28d', 28) }} then 4e0 * load_7d / load_28d end as acwr,
        case
            when {{ acwr_is_known('(load_28d - load_7d)', 21) }}
                then 3e0 * load_7d / (load_28d - load_7d)
        end as acwr_uncoupled,
        case when {{ acwr_is_known('load_28d', 28) }} then load_ewma_7d / load_ewma_28d end
            as acwr_ewma,
        {{ monotony('load_7d', 'load_sd_7d', 'day_index') }} as monotony,
        load_7d * {{ monotony('load_7d', 'load_sd_7d', 'day_index') }} as strain,
        load_7d,
        load_28d,
        duration_7d_s,
        duration_28d_s,
        duration_42d_s,
        duration_84d_s,
        run_distance_7d_m,
        run_distance_28d_m,
        run_distance_42d_m,
        run_distance_84d_m,
        longest_run_30d_m,
        longest_run_60d_m,
        case when longest_run_m > 0e0 then longest_run_m / nullif(longest_run_before_m, 0e0) end
            as session_spike,
        days_since_last_run,
        case
            when fit_runs >= 6 and fit_runs * fit_xx > fit_x * fit_x
                then 100e0 * (exp(
                    4e0 * (fit_runs * fit_xy - fit_x * fit_y) / (fit_runs * fit_xx - fit_x * fit_x)
                ) - 1e0)
        end as pace_trend_pct_28d,
        best_1k_84d_s,
        best_5k_84d_s,
        best_run_5k_84d_s,
        best_run_half_84d_s,
        100e0 * (best_5k_earlier_s / best_5k_42d_s - 1e0) as best_5k_trend_pct_42d,
        case when best_5k_84d_s > best_1k_84d_s then 4000e0 / (best_5k_84d_s - best_1k_84d_s) end
            as critical_speed_mps,
        fingerprint

    from fitted

)

select * from final
