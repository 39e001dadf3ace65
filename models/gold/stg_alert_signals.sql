{#-
    A state begins on the first day that triggers it and ends on the first day that clears it; the
    limits differ, so that it does not flicker. An event has no clear_value: it is its day.
-#}
with

measures as (

    select * from {{ ref('stg_alert_measures') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

judged as (

    select
        measures.athlete_id,
        measures.feature_date,
        measures.cause,
        measures.value,
        rules.level,
        rules.days_in_a_row,
        rules.clear_value is not null as is_state,
        coalesce(
            {{ is_beyond('measures.value', 'rules.limit_value') }}
            and measures.days_of_history >= rules.min_history_days
            and measures.ctl >= coalesce(rules.min_ctl, 0e0)
            and coalesce(measures.base_days, 0) >= coalesce(rules.min_base_days, 0),
            false
        ) as is_over,
        (rules.ramp_above is null and rules.monotony_above is null)
        or coalesce(measures.ramp > rules.ramp_above, false)
        or coalesce(measures.monotony > rules.monotony_above, false) as is_accompanied,
        not coalesce({{ is_beyond('measures.value', 'rules.clear_value') }}, false) as is_clear

    from measures
    inner join rules on measures.cause = rules.cause

),

numbered as (

    select
        *,
        sum(case when is_clear then 1 else 0 end) over (
            partition by athlete_id, cause, level order by feature_date asc nulls last
        ) as clears,
        -- Days in a row share the number of days before them that were not over.
        sum(case when is_over then 0 else 1 end) over (
            partition by athlete_id, cause, level order by feature_date asc nulls last
        ) as pauses

    from judged

),

triggered as (

    select
        *,
        is_over
        and is_accompanied
        and sum(case when is_over then 1 else 0 end) over (
            partition by athlete_id, cause, level, pauses order by feature_date asc nulls last
        ) >= days_in_a_row as is_trigger

    from numbered

),

counted as (

    select
        *,
        sum(case when is_trigger then 1 else 0 end) over (
            partition by athlete_id, cause, level, clears order by feature_date asc nulls last
        ) as triggers

    from triggered

),

final as (

    select
        athlete_id,
        feature_date,
        cause,
        level,
        value,
        is_trigger and (triggers = 1 or not is_state) as is_onset

    from counted
    where triggers > 0 and (is_trigger or is_state)

)

select * from final
