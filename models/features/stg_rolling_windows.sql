with

averages as (

    select * from {{ ref('stg_rolling_averages') }}

),

final as (

    select
        *,
        lag(ctl - atl, 1, 0e0) over in_order as tsb,
        ctl - lag(ctl, 7, 0e0) over in_order as ramp,
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
        {%- for best in ['best_1k', 'best_5k', 'best_run_5k', 'best_run_half'] %}
        lag({{ best }}_42d_s, 42) over in_order as {{ best }}_earlier_s,
        {%- endfor %}
        {%- for back in range(1, 6) %}
        lag(steady_runs_7d, {{ 7 * back }}, 0e0) over in_order as steady_runs_{{ back }},
        lag(steady_log_speed_7d, {{ 7 * back }}, 0e0) over in_order as steady_log_speed_{{ back }},
        {%- endfor %}
        lag(longest_run_30d_m, 1, 0e0) over in_order as longest_run_before_m

    from averages
    window in_order as (
        partition by athlete_number order by day_index asc nulls last
    )

)

select * from final  -- noqa: AM04
