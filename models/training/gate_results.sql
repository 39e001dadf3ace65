with

criteria as (

    select * from {{ ref('gate_criteria') }}

),

evaluation as (

    select * from {{ ref('model_evaluation') }}
    where scope = 'all'

),

measured as (

    select
        criteria.criterion,
        criteria.metric,
        criteria.at_least,
        criteria.at_most,
        criteria.why,
        case criteria.metric
            when 'races_with_baseline' then cast(evaluation.races_with_baseline as double)
            when 'skill_pct' then evaluation.skill_pct
            when 'interval_coverage_pct' then evaluation.interval_coverage_pct
            when 'mape_pct' then evaluation.mape_pct
        end as metric_value

    from criteria
    -- No evaluation at all is a row with nulls, and fails.
    left join evaluation on evaluation.scope = 'all'

),

final as (

    select
        criterion,
        metric,
        metric_value,
        at_least,
        at_most,
        coalesce(
            metric_value >= coalesce(at_least, metric_value)
            and metric_value <= coalesce(at_most, metric_value),
            false
        ) as is_passed,
        why

    from measured

)

select * from final
