{#- What each cause measures, and the days that its comparison rests on. -#}
{%- set measures = [
    ('distance_spike', 'session_spike', 'run_days_before'),
    ('returning', 'cast(days_since_run_before as double)', 'cast(null as bigint)'),
    ('low_form', 'relative_form', 'cast(null as bigint)'),
    ('fast_ramp', 'ramp', 'cast(null as bigint)'),
    ('monotonous_ramp', 'monotony', 'cast(null as bigint)'),
    ('overload', 'relative_form', 'cast(null as bigint)'),
    ('acwr_classic', 'acwr', 'active_days_before'),
] -%}
with

days as (

    select * from {{ ref('stg_alert_days') }}

),

final as (

    {% for cause, value, base_days in measures -%}
    select
        athlete_id,
        feature_date,
        '{{ cause }}' as cause,
        {{ value }} as value,
        {{ base_days }} as base_days,
        days_of_history,
        ctl,
        ramp,
        monotony

    from days
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
