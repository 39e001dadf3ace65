{#-
    A recursion over days without a loop: the averages are sums that fade by exp(rate) a day. They
    are summed up within weeks, then over 7, 49 and 343 weeks; what is older than 2,401 days weighs
    less than a double can tell. Each step is a few lags, so decades neither overflow nor slow down.
-#}
{%- set averages = load_averages() -%}
with

days as (

    select
        athlete_id,
        athlete_number,
        cast(floor(batch_day / 7e0) as bigint) as batch_week,
        batch_day % 7 as day_of_week,
        training_load,
        case when runs > 0 then day_index end as run_index

    from {{ ref('stg_rolling_days') }}
    where is_recomputed

),

states as (

    select * from {{ ref('stg_rolling_state') }}

),

weeks_1 as (

    select
        athlete_id,
        athlete_number,
        batch_week,
        {%- for average in averages %}
        sum({{ average.alpha }} * training_load * exp((6 - day_of_week) * {{ average.rate }}))
            as {{ average.name }},
        {%- endfor %}
        max(run_index) as last_run_index

    from days
    group by athlete_id, athlete_number, batch_week

),

{% for weeks in [7, 49, 343] -%}
weeks_{{ weeks }} as (

    select
        athlete_id,
        athlete_number,
        batch_week,
        {%- for average in averages %}
        {{ lagged_sum(average.name, 7, step=weeks // 7, rate='7e0 * ' ~ average.rate) }}
            as {{ average.name }},
        {%- endfor %}
        last_run_index

    from weeks_{{ weeks // 7 }}
    window in_order as (
        partition by athlete_number order by batch_week asc nulls last
    )

),

{% endfor -%}

final as (

    select
        weeks_343.athlete_number,
        weeks_343.batch_week,
        {%- for average in averages %}
        states.{{ average.name }} * exp(7 * weeks_343.batch_week * {{ average.rate }})
        + lag(weeks_343.{{ average.name }}, 1, 0e0) over in_order as {{ average.name }}_before,
        {%- endfor %}
        greatest(
            states.last_run_index,
            max(weeks_343.last_run_index) over (
                partition by weeks_343.athlete_number
                order by weeks_343.batch_week asc nulls last
                rows between unbounded preceding and 1 preceding
            )
        ) as last_run_index_before

    from weeks_343
    inner join states on weeks_343.athlete_id = states.athlete_id
    window in_order as (
        partition by weeks_343.athlete_number order by weeks_343.batch_week asc nulls last
    )

)

select * from final
