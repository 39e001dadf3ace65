with

evaluation as (

    select * from {{ ref('py_evaluate_race_time') }}

),

served as (

    select * from {{ ref('py_read_served') }}

),

final as (

    select
        evaluation.scope,
        evaluation.scope_kind,
        evaluation.protocol,
        evaluation.candidate,
        evaluation.is_chosen,
        evaluation.candidate = served.candidate as is_served,
        evaluation.races,
        evaluation.athletes,
        evaluation.refused_races,
        evaluation.races_with_baseline,
        evaluation.mae_s,
        evaluation.mape_pct,
        evaluation.mape_low_pct,
        evaluation.mape_high_pct,
        evaluation.bias_pct,
        evaluation.within_5_pct,
        evaluation.interval_coverage_pct,
        evaluation.interval_width_pct,
        evaluation.interval_score_pct,
        evaluation.paired_mape_pct,
        evaluation.baseline_mape_pct,
        evaluation.skill_pct,
        evaluation.hardest_baseline,
        evaluation.hardest_skill_pct,
        evaluation.worse_than_baseline_pct

    from evaluation
    cross join served

)

select * from final
