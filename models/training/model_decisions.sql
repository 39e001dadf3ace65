with

decisions as (

    select * from {{ ref('py_read_decisions') }}

),

final as (

    select
        decision_id,
        decided_at,
        decided_on,
        action,
        decided_by,
        why,
        model_name,
        from_version,
        to_version,
        evidence,
        data_fingerprint,
        code_commit,
        is_done

    from decisions
    where {{ unseen('decisions', ['decision_id']) }}

)

select * from final
