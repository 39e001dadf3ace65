with

importance as (

    select * from {{ ref('py_read_importance') }}

),

final as (

    select
        model_name,
        model_version,
        feature_group,
        mean_abs_shap,
        effect_pct,
        importance_rank

    from importance
    where {{ unseen('importance', ['model_name', 'model_version', 'feature_group']) }}

)

select * from final
