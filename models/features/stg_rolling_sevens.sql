with

days as (

    select
        *,
        case when activities > 0 then 1e0 else 0e0 end as is_active_day,
        cast(steady_runs as double) as steady_runs_of_day,
        case when runs > 0 then day_index end as run_index

    from {{ ref('stg_rolling_days') }}

),

lagged as (

    select
        *,
        {%- for back in range(1, 7) %}
        lag(training_load, {{ back }}, 0e0) over in_order as load_{{ back }},
        {%- endfor %}
        {{ lagged_sum('is_active_day', 7, step=1) }} as active_days_7d,
        {{ lagged_sum('duration_s', 7, step=1) }} as duration_7d_s,
        {{ lagged_sum('run_distance_m', 7, step=1) }} as run_distance_7d_m,
        {{ lagged_sum('steady_runs_of_day', 7, step=1) }} as steady_runs_7d,
        {{ lagged_sum('steady_log_speed', 7, step=1) }} as steady_log_speed_7d,
        greatest(
            run_index
            {%- for back in range(1, 7) %},
            lag(run_index, {{ back }}) over in_order
            {%- endfor %}
        ) as last_run_index_7d,
        {%- for best in ['best_1k', 'best_5k', 'best_run_5k', 'best_run_half'] %}
        min({{ best }}_s) over last_42_days as {{ best }}_42d_s,
        {%- endfor %}
        max(longest_run_m) over last_30_days as longest_run_30d_m

    from days
    window
        in_order as (
            partition by athlete_number order by day_index asc nulls last
        ),
        last_30_days as (
            partition by athlete_number order by day_index asc nulls last
            rows between 29 preceding and current row
        ),
        last_42_days as (
            partition by athlete_number order by day_index asc nulls last
            rows between 41 preceding and current row
        )

),

final as (

    select
        *,
        cast(floor(batch_day / 7e0) as bigint) as batch_week,
        batch_day % 7 as day_of_week,
        training_load + load_1 + load_2 + load_3 + load_4 + load_5 + load_6 as load_7d

    from lagged

)

select * from final  -- noqa: AM04
