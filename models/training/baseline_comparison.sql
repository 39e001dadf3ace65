with

scoped as (

    select * from {{ ref('stg_evaluation_scopes') }}

),

draws as (

    select * from {{ ref('stg_bootstrap_sums') }}

),

measured as (

    {% for name in baseline_names() -%}
    select
        protocol,
        scope,
        '{{ name }}' as baseline,
        count({{ name }}_error) as races,
        count(*) as all_races,
        sum(case when {{ name }}_error is not null then weight end) as weight,
        sum(case when {{ name }}_error is not null then weight * error end) as error,
        sum(case when {{ name }}_error is not null then weight * error * scale_s end) as error_s,
        sum(weight * {{ name }}_error) as baseline_error,
        sum(weight * {{ name }}_error * scale_s) as baseline_error_s

    from scoped
    group by protocol, scope
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Above 0 where the model is better than the baseline on the races of the draw.
drawn as (

    {% for name in baseline_names() -%}
    select
        protocol,
        scope,
        '{{ name }}' as baseline,
        1e0 - beside_{{ name }} / {{ name }} as skill

    from draws
    where {{ name }} > 0e0
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

spread as (

    select
        protocol,
        scope,
        baseline,
        100e0 * {{ percentile('skill', 0.05) }} as skill_low_pct,
        100e0 * {{ percentile('skill', 0.95) }} as skill_high_pct,
        100e0 * avg(case when skill < 0e0 then 1e0 else 0e0 end) as worse_pct

    from drawn
    group by protocol, scope, baseline

),

final as (

    select
        measured.protocol,
        measured.scope,
        measured.baseline,
        cast(measured.races as bigint) as races,
        100e0 * measured.error / measured.weight as mape_pct,
        100e0 * measured.baseline_error / measured.weight as baseline_mape_pct,
        measured.error_s / measured.weight as mae_s,
        measured.baseline_error_s / measured.weight as baseline_mae_s,
        100e0 * (1e0 - measured.error / nullif(measured.baseline_error, 0e0)) as skill_pct,
        spread.skill_low_pct,
        spread.skill_high_pct,
        spread.worse_pct

    from measured
    left join spread
        on measured.protocol = spread.protocol
        and measured.scope = spread.scope
        and measured.baseline = spread.baseline
    -- A baseline that leaves races out has another mix.
    where
        measured.races > 0
        and (measured.scope <> 'reference_mix' or measured.races = measured.all_races)

)

select * from final
