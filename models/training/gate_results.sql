with

criteria as (

    select * from {{ ref('gate_criteria') }}

),

evaluation as (

    select * from {{ ref('model_evaluation') }}
    where protocol = 'walk_forward'

),

mix as (

    select * from {{ ref('reference_mix') }}

),

-- One row; without any evaluation it holds nulls, and what is null fails.
measured as (

    select
        cast(
            max(case when evaluation.scope = 'all' then evaluation.races_with_baseline end)
            as double
        ) as races_with_baseline,
        max(case when evaluation.scope = 'reference_mix' then evaluation.mae_s end)
            as reference_mix_mae_s,
        max(evaluation.worse_than_baseline_pct) as worse_than_baseline_pct,
        max(case when evaluation.scope = 'all' then evaluation.interval_coverage_pct end)
            as interval_coverage_pct,
        sum(
            case
                when evaluation.races >= 10 and evaluation.mape_pct < mix.audit_below_pct then 1e0
                else 0e0
            end
        ) as distances_too_good

    from evaluation
    left join mix on evaluation.scope = mix.distance_label

),

valued as (

    select
        criteria.criterion,
        criteria.metric,
        case criteria.metric
            when 'races_with_baseline' then measured.races_with_baseline
            when 'reference_mix_mae_s' then measured.reference_mix_mae_s
            when 'worse_than_baseline_pct' then measured.worse_than_baseline_pct
            when 'worse_than_champion_pct' then champion.worse_pct
            when 'interval_coverage_pct' then measured.interval_coverage_pct
            when 'distances_too_good' then measured.distances_too_good
        end as metric_value,
        criteria.at_least,
        criteria.at_most,
        criteria.why

    from criteria
    cross join measured
    cross join {{ ref('champion_comparison') }} as champion

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

    from valued

)

select * from final
