{#-
    An average is the sum of what each day's load still counts for: alpha times the load, less by
    exp(rate) a day. Yesterday's published average stands for all days before it. The sum is taken over
    7, 49, 343 and 2,401 days; what is older weighs less than a double can hold, so there is no loop
    and nothing overflows. Seven published days are kept for the lags.
-#}
{%- set averages = load_averages() -%}
with

updates as (

    select * from {{ ref('int_feature_updates') }}

),

published_days as (

    select * from {{ ref('int_published_days') }}
    where new_day >= -7

),

days_1 as (

    select
        updates.athlete_number,
        {{ days_between('updates.from_day', 'daily.feature_date') }} as new_day,
        {%- for average in averages %}
        daily.training_load * case
            when daily.day_index = 0 then {{ average.first_alpha or average.alpha }}
            else {{ average.alpha }}
        end as {{ average.name }},
        {%- endfor %}
        cast(null as double) as published_ctl,
        cast(null as double) as published_atl

    from {{ ref('int_daily_features') }} as daily
    inner join updates on daily.athlete_id = updates.athlete_id
    union all
    select
        athlete_number,
        new_day,
        {%- for average in averages %}
        case when new_day = -1 then {{ average.name }} else 0e0 end as {{ average.name }},
        {%- endfor %}
        ctl as published_ctl,
        atl as published_atl

    from published_days

),

{% for days in [7, 49, 343, 2401] -%}
days_{{ days }} as (

    select
        athlete_number,
        new_day,
        {%- for average in averages %}
        {{ lagged_sum(average.name, 7, step=days // 7, rate=average.rate) }} as {{ average.name }},
        {%- endfor %}
        published_ctl,
        published_atl

    from days_{{ days // 7 }}
    window in_order as (partition by athlete_number order by new_day asc nulls last)

),

{% endfor -%}
with_form as (

    select
        athlete_number,
        new_day,
        ctl,
        atl,
        load_ewma_7d,
        load_ewma_28d,
        lag(coalesce(published_ctl, ctl) - coalesce(published_atl, atl), 1, 0e0) over in_order
            as tsb,
        ctl - lag(coalesce(published_ctl, ctl), 7, 0e0) over in_order as ramp

    from days_2401
    window in_order as (partition by athlete_number order by new_day asc nulls last)

),

final as (

    select * from with_form
    where new_day >= 0

)

select * from final
