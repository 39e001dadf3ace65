{#- The days to compute, and before them the 83 that their windows reach back to. -#}
{%- set earlier = published('rolling_features') -%}
with

scope as (

    select
        *,
        greatest(first_day, history_day) as from_day,
        {{ days_after('first_day', -83) }} as window_day

    from {{ ref('stg_rolling_scope') }}

),

days as (

    select
        scope.athlete_number,
        scope.from_day,
        daily_features.*

    from {{ ref('daily_features') }} as daily_features
    inner join scope
        on daily_features.athlete_id = scope.athlete_id
        and daily_features.feature_date >= scope.window_day

),

{% if earlier -%}
states as (

    select
        {%- for average in load_averages() %}
        earlier.{{ average.name }},
        {%- endfor %}
        scope.athlete_number,
        earlier.feature_date

    from {{ earlier }} as earlier
    inner join scope
        on earlier.athlete_id = scope.athlete_id
        and earlier.feature_date >= {{ days_after('scope.from_day', -7) }}
        and earlier.feature_date < scope.from_day

),
{%- else -%}
states as (

    select
        {%- for average in load_averages() %}
        0e0 as {{ average.name }},
        {%- endfor %}
        athlete_number,
        feature_date

    from days
    where false

),
{%- endif %}

final as (

    select
        days.*,
        {%- for average in load_averages() %}
        states.{{ average.name }},
        {%- endfor %}
        days.feature_date >= days.from_day as is_recomputed,
        {{ days_between('days.from_day', 'days.feature_date') }} as batch_day

    from days
    left join states
        on days.athlete_number = states.athlete_number
        and days.feature_date = states.feature_date

)

select * from final  -- noqa: AM04
