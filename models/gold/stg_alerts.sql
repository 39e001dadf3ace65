{#- Onsets that are not covered by another cause and not within a cool-down. -#}
with

signals as (

    select * from {{ ref('stg_alert_signals') }}

),

causes as (

    select
        cause,
        max(cool_down_days) as cool_down_days,
        max(covered_by) as covered_by

    from {{ ref('alert_rules') }}
    group by cause

),

onsets as (

    select
        signals.athlete_id,
        signals.feature_date as alert_date,
        signals.cause,
        causes.cool_down_days,
        max(signals.level) as level,  -- noqa: RF04
        max(signals.value) as value  -- noqa: RF04

    from signals
    inner join causes on signals.cause = causes.cause
    left join signals as graver
        on signals.athlete_id = graver.athlete_id
        and signals.feature_date = graver.feature_date
        and causes.covered_by = graver.cause
    where signals.is_onset and graver.cause is null
    group by signals.athlete_id, signals.feature_date, signals.cause, causes.cool_down_days

),

numbered as (

    select
        *,
        10 * {{ days_between("cast('1970-01-01' as date)", 'alert_date') }} + level as moment

    from onsets

),

listed as (

    select
        athlete_id,
        cause,
        cool_down_days,
        {{ sorted_list('moment') }} as moments

    from numbered
    group by athlete_id, cause, cool_down_days

),

kept as (

    select
        athlete_id,
        cause,
        {{ spaced('moments', 'cool_down_days') }} as moments  -- noqa: PRS

    from listed

),

final as (

    select
        numbered.athlete_id,
        numbered.alert_date,
        numbered.cause,
        numbered.level,
        numbered.value

    from numbered
    inner join kept
        on numbered.athlete_id = kept.athlete_id
        and numbered.cause = kept.cause
    where array_contains(kept.moments, numbered.moment)

)

select * from final
