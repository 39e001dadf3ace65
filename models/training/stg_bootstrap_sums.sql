-- Errors summed over each unit and then over each draw of units; of a baseline on its own races.
with

scoped as (

    select * from {{ ref('stg_evaluation_scopes') }}

),

weights as (

    select * from {{ ref('stg_bootstrap_weights') }}

),

per_unit as (

    select
        protocol,
        scope,
        unit,
        {% for name in baseline_names() -%}
        sum(case when {{ name }}_error is not null then weight * error end) as beside_{{ name }},
        sum(weight * {{ name }}_error) as {{ name }},
        {% endfor -%}
        sum(weight) as weight,
        sum(weight * error) as error

    from scoped
    group by protocol, scope, unit

),

final as (

    select
        per_unit.protocol,
        per_unit.scope,
        weights.replicate,
        {% for name in baseline_names() -%}
        sum(weights.times * per_unit.beside_{{ name }}) as beside_{{ name }},
        sum(weights.times * per_unit.{{ name }}) as {{ name }},
        {% endfor -%}
        sum(weights.times * per_unit.error) / sum(weights.times * per_unit.weight) as error

    from per_unit
    inner join weights on per_unit.unit = weights.unit
    group by per_unit.protocol, per_unit.scope, weights.replicate

)

select * from final
