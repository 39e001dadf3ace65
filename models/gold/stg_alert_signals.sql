{#-
    A state starts on the first day that triggers it and lasts while its value is beyond the milder
    clear_value (hysteresis). An event has no clear_value and lasts one day.
-#}
with

measures as (

    select
        alert_days.*,
        rules.*,
        {{ days_between("cast('1970-01-01' as date)", 'alert_days.feature_date') }} as day_number,
        case rules.cause
            when 'distance_spike' then alert_days.session_spike
            when 'returning' then cast(alert_days.days_since_run_before as double)
            when 'low_form' then alert_days.relative_form
            when 'fast_ramp' then alert_days.ramp
            when 'monotonous_ramp' then alert_days.monotony
            when 'overload' then alert_days.relative_form
            when 'acwr_classic' then alert_days.acwr
        end as value,  -- noqa: RF04
        -- Days that the comparison is based on.
        case rules.cause
            when 'distance_spike' then alert_days.run_days_before
            when 'acwr_classic' then alert_days.active_days_before
        end as base_days

    from {{ ref('stg_alert_days') }} as alert_days
    cross join {{ ref('alert_rules') }} as rules

),

-- Days without a row end a state.
judged as (

    select
        athlete_id,
        feature_date,
        cause,
        level,
        value,
        days_in_a_row,
        clear_value is not null as is_state,
        day_number
        - row_number() over (
            partition by athlete_id, cause, level order by feature_date asc nulls last
        ) as episode,
        coalesce(
            {{ is_beyond('value', 'limit_value') }}
            and days_of_history >= min_history_days
            and coalesce(days_since_break >= min_days_since_break, true)
            and ctl >= coalesce(min_ctl, 0e0)
            and coalesce(base_days, 0) >= coalesce(min_base_days, 0),
            false
        ) as is_over,
        (ramp_above is null and monotony_above is null)
        or coalesce(ramp > ramp_above, false)
        or coalesce(monotony > monotony_above, false) as is_accompanied

    from measures
    where {{ is_beyond('value', 'coalesce(clear_value, limit_value)') }}

),

-- Consecutive days beyond the limit share the count of earlier days within it.
numbered as (

    select
        *,
        sum(case when is_over then 0 else 1 end) over (
            partition by athlete_id, cause, level, episode order by feature_date asc nulls last
        ) as pauses

    from judged

),

triggered as (

    select
        *,
        is_over
        and is_accompanied
        and row_number() over (
            partition by athlete_id, cause, level, episode, pauses, is_over
            order by feature_date asc nulls last
        ) >= days_in_a_row as is_trigger

    from numbered

),

counted as (

    select
        *,
        sum(case when is_trigger then 1 else 0 end) over (
            partition by athlete_id, cause, level, episode order by feature_date asc nulls last
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
