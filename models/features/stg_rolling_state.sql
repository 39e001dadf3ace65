{#- The averages at the end of the day before the first day to compute; a new history has none. -#}
{%- set earlier = published('rolling_features') -%}
with

scope as (

    select * from {{ ref('stg_rolling_scope') }}

),

-- Asked of new histories alone: whose days go on, needs no look at the first of them.
first_loads as (

    select
        scope.athlete_id,
        daily_features.training_load

    from {{ ref('daily_features') }} as daily_features
    inner join scope
        on daily_features.athlete_id = scope.athlete_id
        and daily_features.feature_date = scope.history_day
    where scope.first_day <= scope.history_day

),

days_before as (

    select
        athlete_id,
        {{ days_after('first_day', -1) }} as day_before

    from scope
    where first_day > history_day

),

{% if earlier -%}
states as (

    select
        earlier.athlete_id,
        earlier.ctl,
        earlier.atl,
        earlier.load_ewma_7d,
        earlier.load_ewma_28d,
        earlier.days_of_history - 1 - earlier.days_since_last_run as last_run_index

    from {{ earlier }} as earlier
    inner join days_before
        on earlier.athlete_id = days_before.athlete_id
        and earlier.feature_date = days_before.day_before

),
{%- else -%}
states as (

    select
        athlete_id,
        0e0 as ctl,
        0e0 as atl,
        cast(null as double) as load_ewma_7d,
        cast(null as double) as load_ewma_28d,
        cast(null as bigint) as last_run_index

    from days_before
    where false

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
    left join first_loads on scope.athlete_id = first_loads.athlete_id
    left join states on scope.athlete_id = states.athlete_id

)

select * from final
