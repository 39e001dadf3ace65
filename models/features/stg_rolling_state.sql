{#- The averages at the end of the day before the first day to compute; a new history has none. -#}
{%- set earlier = published('rolling_features') -%}
with

scope as (

    select * from {{ ref('stg_rolling_scope') }}

),

first_loads as (

    select
        scope.athlete_id,
        daily_features.training_load

    from scope
    inner join {{ ref('daily_features') }} as daily_features
        on scope.athlete_id = daily_features.athlete_id
        and scope.history_day = daily_features.feature_date

),

{% if earlier -%}
states as (

    select
        athlete_id,
        {{ days_after('feature_date', 1) }} as first_day,
        ctl,
        atl,
        load_ewma_7d,
        load_ewma_28d,
        days_of_history - 1 - days_since_last_run as last_run_index

    from {{ earlier }}

),
{%- else -%}
states as (

    select
        athlete_id,
        first_day,
        0e0 as ctl,
        0e0 as atl,
        cast(null as double) as load_ewma_7d,
        cast(null as double) as load_ewma_28d,
        cast(null as bigint) as last_run_index

    from scope

),
{%- endif %}

final as (

    select
        scope.athlete_id,
        coalesce(states.ctl, 0e0) as ctl,
        coalesce(states.atl, 0e0) as atl,
        -- Williams' averages begin at the load of the first day, not at nothing.
        coalesce(states.load_ewma_7d, first_loads.training_load) as load_ewma_7d,
        coalesce(states.load_ewma_28d, first_loads.training_load) as load_ewma_28d,
        states.last_run_index

    from scope
    inner join first_loads on scope.athlete_id = first_loads.athlete_id
    left join states
        on scope.athlete_id = states.athlete_id
        and scope.first_day = states.first_day
        and scope.first_day > scope.history_day

)

select * from final
