{#-
    The reference mix weighs warm races so that every distance counts with its share, at the pace
    of a reference runner. Of a distance with fewer than five, all warm races stand in.
-#}
with

errors as (

    select * from {{ ref('stg_backtest_errors') }}

),

mix as (

    select * from {{ ref('reference_mix') }}

),

counted as (

    select
        protocol,
        distance_label,
        count(*) as races

    from errors
    where is_warm
    group by protocol, distance_label

),

protocols as (

    select distinct protocol from errors

),

asked as (

    select
        mix.*,
        protocols.protocol,
        coalesce(counted.races >= 5, false) as is_own

    from mix
    cross join protocols
    left join counted
        on protocols.protocol = counted.protocol
        and mix.distance_label = counted.distance_label

),

mixed as (

    select
        errors.*,
        asked.share / count(*) over (partition by asked.protocol, asked.distance_label) as weight,
        asked.reference_time_s as scale_s

    from asked
    inner join errors
        on asked.protocol = errors.protocol
        and (not asked.is_own or asked.distance_label = errors.distance_label)
    where errors.is_warm

),

final as (

    select
        *,
        'all' as scope,
        1e0 as weight,
        race_time_s as scale_s

    from errors

    union all

    select
        *,
        distance_label as scope,
        1e0 as weight,
        race_time_s as scale_s

    from errors

    union all

    select
        protocol,
        race_id,
        athlete_id,
        distance_label,
        unit,
        is_warm,
        race_time_s,
        bias,
        error,
        is_inside,
        {% for name in baseline_names() -%}
        {{ name }}_error,
        {% endfor -%}
        width,
        'reference_mix' as scope,
        weight,
        scale_s

    from mixed

)

select * from final  -- noqa: AM04
