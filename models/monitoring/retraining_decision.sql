with

limits as (

    select
        max(case when criterion = 'days_between_trainings' then limit_value end) as month_days,
        max(case when criterion = 'cool_down_days' then limit_value end) as cool_down_days,
        max(case when criterion = 'new_races' then limit_value end) as new_races,
        max(case when criterion = 'ledger_races' then limit_value end) as ledger_races,
        max(case when criterion = 'error_ratio' then limit_value end) as error_ratio,
        max(case when criterion = 'worse_chunks' then limit_value end) as worse_chunks,
        max(case when criterion = 'drift_inputs' then limit_value end) as drift_inputs

    from {{ ref('retraining_limits') }}

),

signals as (

    select * from {{ ref('int_retraining_signals') }}

),

measured as (

    select
        signals.*,
        {{ days_between('signals.last_trained_on', 'signals.decided_on') }} as days_since_training,
        signals.realised_mape_pct / nullif(signals.backtest_mape_pct, 0e0) as error_ratio,
        limits.month_days,
        limits.cool_down_days,
        limits.new_races as new_races_limit,
        limits.ledger_races as ledger_races_limit,
        limits.error_ratio as error_ratio_limit,
        limits.worse_chunks as worse_chunks_limit,
        limits.drift_inputs as drift_inputs_limit

    from signals
    cross join limits

),

triggers as (

    select
        *,
        ---------- immediate triggers
        {{ 'true' if var('force_training') else 'false' }} as is_forced,
        standing_version is null as is_first,
        coalesce(last_erased_at > last_trained_at, false) as is_erased,
        coalesce(
            has_champion
            and is_fallback_speaking
            -- A candidate that could not take its place need not be trained again every day.
            and (standing_role = 'champion' or days_since_training >= cool_down_days),
            false
        ) as is_champion_lost,

        coalesce(is_code_changed, false) as has_new_code,

        ---------- waits for the cool-down and for new races
        coalesce(days_since_training >= month_days, false) as is_month_over,
        coalesce(
            ledger_races >= ledger_races_limit and error_ratio > error_ratio_limit, false
        ) as is_error_up,
        coalesce(worse_chunks >= worse_chunks_limit, false) as is_estimate_up,
        coalesce(drift_inputs >= drift_inputs_limit, false) as is_drifting,
        coalesce(days_since_training < cool_down_days, false) as is_cooling_down,
        coalesce(new_races < new_races_limit, false) as is_without_new_races

    from measured

),

worded as (

    select
        *,
        {{ retraining_reasons() }} as reasons

    from triggers

),

final as (

    select
        decided_on,
        usable_races > 0 and (
            is_forced
            or is_first
            or is_erased
            or is_champion_lost
            or has_new_code
            or (
                (is_month_over or is_error_up or is_estimate_up or is_drifting)
                and not is_cooling_down
                and not is_without_new_races
            )
        ) as should_train,
        substring(reasons, 1, length(reasons) - 2) as reasons,
        standing_version,
        standing_run_id,
        last_trained_on,
        last_trained_at,
        days_since_training,
        usable_races,
        new_races,
        ledger_races,
        realised_mape_pct,
        backtest_mape_pct,
        error_ratio,
        worse_chunks,
        drift_inputs

    from worded

)

select * from final
