{#- Sums over 7, 49, 343 and 2,401 days, as in int_load_averages; here the rate is data. -#}
with

rates as (

    select
        convention,
        form_day,
        {{ smoothing_rate('smoothing', 'fitness_days') }} as ctl_rate,
        {{ smoothing_rate('smoothing', 'fatigue_days') }} as atl_rate

    from {{ ref('load_conventions') }}

),

days_1 as (

    select
        daily_features.athlete_id,
        rates.convention,
        daily_features.feature_date,
        daily_features.training_load,
        rates.form_day,
        rates.ctl_rate,
        rates.atl_rate,
        (1e0 - exp(rates.ctl_rate)) * daily_features.training_load as ctl,
        (1e0 - exp(rates.atl_rate)) * daily_features.training_load as atl

    from {{ ref('daily_features') }} as daily_features
    cross join rates

),

{% for days in [7, 49, 343, 2401] -%}
days_{{ days }} as (

    select
        athlete_id,
        convention,
        feature_date,
        training_load,
        form_day,
        ctl_rate,
        atl_rate,
        {{ lagged_sum('ctl', 7, step=days // 7, rate='ctl_rate') }} as ctl,
        {{ lagged_sum('atl', 7, step=days // 7, rate='atl_rate') }} as atl

    from days_{{ days // 7 }}
    window in_order as (
        partition by athlete_id, convention order by feature_date asc nulls last
    )

),

{% endfor -%}

final as (

    select
        athlete_id,
        convention,
        feature_date,
        training_load,
        ctl,
        atl,
        case
            when form_day = 'same_day' then ctl - atl
            else lag(ctl - atl, 1, 0e0) over in_order
        end as tsb

    from days_2401
    window in_order as (
        partition by athlete_id, convention order by feature_date asc nulls last
    )

)

select * from final
