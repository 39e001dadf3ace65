{#-
    The state at the end of each day that this run computes. Windows reach back 83 days, which are
    those of the last run. Longer windows are sums of weeks: lags seven days apart cost a tenth of
    window frames, and no two large sums are subtracted.
-#}
{%- set bests = ['best_1k', 'best_5k', 'best_run_5k', 'best_run_half'] -%}
{%- set measures = [
    'day_index', 'training_load', 'duration_s', 'activities', 'runs', 'run_distance_m',
    'longest_run_m', 'steady_runs', 'steady_log_speed',
] + ['best_1k_s', 'best_5k_s', 'best_run_5k_s', 'best_run_half_s'] -%}
with

days as (

    select
        updates.athlete_number,
        {{ days_between('updates.from_day', 'daily.feature_date') }} as new_day,
        {%- for measure in measures %}
        daily.{{ measure }},
        {%- endfor %}
        case when daily.runs > 0 then daily.day_index end as last_run

    from {{ ref('int_daily_features') }} as daily
    inner join {{ ref('int_feature_updates') }} as updates
        on daily.athlete_id = updates.athlete_id
    union all
    select
        athlete_number,
        new_day,
        {%- for measure in measures %}
        {{ measure }},
        {%- endfor %}
        last_run

    from {{ ref('int_published_days') }}

),

sevens as (

    select
        *,
        {{ lagged_sum('training_load', 7) }} as load_7d,
        stddev_pop(training_load) over last_7_days as load_sd_7d,
        {{ lagged_sum('case when activities > 0 then 1e0 else 0e0 end', 7) }} as active_days_7d,
        {{ lagged_sum('duration_s', 7) }} as duration_7d_s,
        {{ lagged_sum('run_distance_m', 7) }} as run_distance_7d_m,
        {{ lagged_sum('cast(steady_runs as double)', 7) }} as steady_runs_7d,
        {{ lagged_sum('steady_log_speed', 7) }} as steady_log_speed_7d,
        day_index - max(last_run) over up_to_now as days_since_last_run,
        {%- for best in bests %}
        min({{ best }}_s) over last_42_days as {{ best }}_42d_s,
        {%- endfor %}
        max(longest_run_m) over last_30_days as longest_run_30d_m

    from days
    window
        in_order as (partition by athlete_number order by new_day asc nulls last),
        up_to_now as (
            partition by athlete_number order by new_day asc nulls last
            rows between unbounded preceding and current row
        ),
        last_7_days as (
            partition by athlete_number order by new_day asc nulls last
            rows between 6 preceding and current row
        ),
        last_30_days as (
            partition by athlete_number order by new_day asc nulls last
            rows between 29 preceding and current row
        ),
        last_42_days as (
            partition by athlete_number order by new_day asc nulls last
            rows between 41 preceding and current row
        )

),

windows as (

    select
        *,
        {{ lagged_sum('load_7d', 4, step=7) }} as load_28d,
        {{ lagged_sum('active_days_7d', 4, step=7) }} as active_days_28d,
        {%- for measure, unit in [('duration', 's'), ('run_distance', 'm')] %}
        {%- for weeks in [4, 6, 12] %}
        {{ lagged_sum(measure ~ '_7d_' ~ unit, weeks, step=7) }}
            as {{ measure }}_{{ 7 * weeks }}d_{{ unit }},
        {%- endfor %}
        {%- endfor %}
        greatest(longest_run_30d_m, lag(longest_run_30d_m, 30, 0e0) over in_order)
            as longest_run_60d_m,
        {%- for best in bests %}
        least({{ best }}_42d_s, lag({{ best }}_42d_s, 42) over in_order) as {{ best }}_84d_s,
        {%- endfor %}
        lag(best_5k_42d_s, 42) over in_order as best_5k_earlier_s,
        {%- for week in range(1, 6) %}
        lag(steady_runs_7d, {{ 7 * week }}, 0e0) over in_order as steady_runs_{{ week }},
        lag(steady_log_speed_7d, {{ 7 * week }}, 0e0) over in_order as steady_log_speed_{{ week }},
        {%- endfor %}
        lag(longest_run_30d_m, 1, 0e0) over in_order as longest_run_before_m

    from sevens
    window in_order as (partition by athlete_number order by new_day asc nulls last)

),

joined as (

    select
        windows.*,
        updates.athlete_id,
        {{ days_after('updates.from_day', 'cast(windows.new_day as int)') }} as feature_date,
        averages.ctl,
        averages.atl,
        averages.tsb,
        averages.ramp,
        averages.load_ewma_7d,
        averages.load_ewma_28d

    from windows
    inner join {{ ref('int_load_averages') }} as averages
        on windows.athlete_number = averages.athlete_number
        and windows.new_day = averages.new_day
    inner join {{ ref('int_feature_updates') }} as updates
        on windows.athlete_number = updates.athlete_number

),

-- Sums of a straight line through the weeks' mean log speed; x is weeks ago, negative.
fitted as (

    select
        *,
        steady_runs_7d + {{ weigh('steady_runs', 0) }} as fit_runs,
        -({{ weigh('steady_runs', 1) }}) as fit_x,
        {{ weigh('steady_runs', 2) }} as fit_xx,
        steady_log_speed_7d + {{ weigh('steady_log_speed', 0) }} as fit_y,
        -({{ weigh('steady_log_speed', 1) }}) as fit_xy

    from joined

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
        {%- for days in [7, 28, 42, 84] %}
        duration_{{ days }}d_s,
        {%- endfor %}
        {%- for days in [7, 28, 42, 84] %}
        run_distance_{{ days }}d_m,
        {%- endfor %}
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
        {%- for best in bests %}
        {{ best }}_84d_s,
        {%- endfor %}
        100e0 * (best_5k_earlier_s / best_5k_42d_s - 1e0) as best_5k_trend_pct_42d,
        case when best_5k_84d_s > best_1k_84d_s then 4000e0 / (best_5k_84d_s - best_1k_84d_s) end
            as critical_speed_mps

    from fitted

)

select * from final
