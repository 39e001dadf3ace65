with

comparison as (

    select * from {{ ref('py_compare_baselines') }}

),

served as (

    select * from {{ ref('py_read_served') }}

),

final as (

    select
        comparison.protocol,
        comparison.scope,
        comparison.candidate,
        comparison.baseline,
        comparison.races,
        comparison.mape_pct,
        comparison.baseline_mape_pct,
        comparison.mae_s,
        comparison.baseline_mae_s,
        comparison.skill_pct,
        comparison.skill_low_pct,
        comparison.skill_high_pct,
        comparison.worse_pct

    from comparison
    inner join served on comparison.candidate = served.candidate

)

select * from final
