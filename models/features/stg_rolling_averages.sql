{#-
    The averages are what the weeks before have left and what fell in the day's own week of the
    batch. Days before the batch keep the averages that were published.
-#}
{%- set averages = load_averages() -%}
with

weeks as (

    select * from {{ ref('stg_rolling_weeks') }}

),

sevens as (

    select
        {%- for back in range(1, 7) %}
        case when day_of_week >= {{ back }} then load_{{ back }} else 0e0 end
            as own_load_{{ back }},
        {%- endfor %}
        *

    from {{ ref('stg_rolling_sevens') }}

),

final as (

    select
        sevens.athlete_number,
        sevens.feature_date,
        sevens.day_index,
        sevens.is_recomputed,
        sevens.training_load,
        {%- for average in averages %}
        case
            when sevens.is_recomputed
                then
                    weeks.{{ average.name }}_before
                    * exp((sevens.day_of_week + 1) * {{ average.rate }})
                    + {{ average.alpha }} * (
                        sevens.training_load
                        {%- for back in range(1, 7) %}
                        + sevens.own_load_{{ back }} * exp({{ back }} * {{ average.rate }})
                        {%- endfor %}
                    )
            else sevens.{{ average.name }}
        end as {{ average.name }},
        {%- endfor %}
        sevens.load_7d,
        sqrt((
            (sevens.training_load - sevens.load_7d / 7e0)
            * (sevens.training_load - sevens.load_7d / 7e0)
            {%- for back in range(1, 7) %}
            + (sevens.load_{{ back }} - sevens.load_7d / 7e0)
            * (sevens.load_{{ back }} - sevens.load_7d / 7e0)
            {%- endfor %}
        ) / 7e0) as load_sd_7d,
        sevens.active_days_7d,
        sevens.duration_7d_s,
        sevens.run_distance_7d_m,
        sevens.steady_runs_7d,
        sevens.steady_log_speed_7d,
        sevens.longest_run_m,
        sevens.longest_run_30d_m,
        {%- for best in ['best_1k', 'best_5k', 'best_run_5k', 'best_run_half'] %}
        sevens.{{ best }}_42d_s,
        {%- endfor %}
        sevens.day_index - greatest(sevens.last_run_index_7d, weeks.last_run_index_before)
            as days_since_last_run,
        sevens.fingerprint

    from sevens
    left join weeks
        on sevens.athlete_number = weeks.athlete_number
        and sevens.batch_week = weeks.batch_week

)

select * from final
