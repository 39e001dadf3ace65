with

receipts as (

    select * from {{ ref('py_train_race_time') }}

),

final as (

    select
        model_name,
        model_version,
        model_role,
        candidate,
        run_id,
        outcome,
        outcome_reason,
        data_fingerprint,
        training_races,
        training_athletes,
        first_race_date,
        last_race_date,
        is_gate_passed,
        backtest_mape_pct,
        trained_on,
        training_reasons,
        code_commit,
        code_digest,
        trained_at

    from receipts
    where
        outcome <> 'not_due'
        and {{ unseen('receipts', ['model_name', 'trained_at']) }}

)

select * from final
