with

receipts as (

    select * from {{ ref('py_train_race_time') }}

),

final as (

    select
        model_name,
        model_version,
        model_role,
        run_id,
        data_fingerprint,
        training_races,
        is_gate_passed,
        code_commit,
        trained_at

    from receipts
    -- A receipt without a version says that nothing was trained: there is nothing to keep.
    where
        model_version is not null
        and {{ unseen('receipts', ['model_name', 'model_version', 'model_role']) }}

)

select * from final
