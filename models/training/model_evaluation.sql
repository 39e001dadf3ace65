with

scoped as (

    select * from {{ ref('stg_evaluation_scopes') }}

),

comparison as (

    select
        *,
        row_number() over (
            partition by protocol, scope
            order by skill_pct asc nulls last, baseline asc nulls last
        ) as hardness

    from {{ ref('baseline_comparison') }}
    -- By fewer races than that, none is called the hardest.
    where races >= case when scope = 'all' then 10 else 20 end

),

spread as (

    select
        protocol,
        scope,
        100e0 * {{ percentile('error', 0.05) }} as mape_low_pct,
        100e0 * {{ percentile('error', 0.95) }} as mape_high_pct

    from {{ ref('stg_bootstrap_sums') }}
    group by protocol, scope

),

refused as (

    select
        protocol,
        cast(count(*) as bigint) as refused_races

    from {{ ref('backtest_predictions') }}
    where predicted_time_s is null
    group by protocol

),

measured as (

    select
        scope,
        protocol,
        cast(count(distinct race_id) as bigint) as races,
        cast(count(distinct athlete_id) as bigint) as athletes,
        cast(
            count(distinct case when riegel_error is not null then race_id end) as bigint
        ) as races_with_baseline,
        sum(weight * error * scale_s) / sum(weight) as mae_s,
        100e0 * sum(weight * error) / sum(weight) as mape_pct,
        100e0 * sum(weight * bias) / sum(weight) as bias_pct,
        100e0 * sum(case when error <= 0.05e0 then weight else 0e0 end) / sum(weight)
            as within_5_pct,
        100e0 * sum(weight * is_inside) / sum(weight) as interval_coverage_pct,
        100e0 * sum(weight * width) / sum(weight) as interval_width_pct

    from scoped
    group by scope, protocol

),

final as (

    select
        measured.scope,
        measured.protocol,
        measured.races,
        measured.athletes,
        case when measured.scope = 'all' then coalesce(refused.refused_races, 0) end
            as refused_races,
        measured.races_with_baseline,
        measured.mae_s,
        measured.mape_pct,
        spread.mape_low_pct,
        spread.mape_high_pct,
        measured.bias_pct,
        measured.within_5_pct,
        measured.interval_coverage_pct,
        measured.interval_width_pct,
        riegel.mape_pct as paired_mape_pct,
        riegel.baseline_mape_pct,
        riegel.skill_pct,
        hardest.baseline as hardest_baseline,
        hardest.skill_pct as hardest_skill_pct,
        hardest.worse_pct as worse_than_baseline_pct

    from measured
    left join spread
        on measured.scope = spread.scope
        and measured.protocol = spread.protocol
    left join refused on measured.protocol = refused.protocol
    left join {{ ref('baseline_comparison') }} as riegel
        on measured.scope = riegel.scope
        and measured.protocol = riegel.protocol
        and riegel.baseline = 'riegel'
    left join comparison as hardest
        on measured.scope = hardest.scope
        and measured.protocol = hardest.protocol
        and hardest.hardness = 1

)

select * from final
