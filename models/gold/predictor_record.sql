with

scores as (

    select * from {{ ref('predictor_scores') }}

),

scoped as (

    select
        *,
        'all' as scope

    from scores

    union all

    select
        *,
        distance_label as scope

    from scores

),

final as (

    select
        predictor,
        scope as distance_label,
        days_ahead,
        cast(count(*) as bigint) as races,
        avg(abs(error_pct)) as mape_pct,
        avg(error_pct) as bias_pct,
        cast(count(stride_error_pct) as bigint) as races_with_stride,
        avg(case when stride_error_pct is not null then abs(error_pct) end) as paired_mape_pct,
        avg(abs(stride_error_pct)) as stride_mape_pct,
        cast(count(case when abs(error_pct) < abs(stride_error_pct) then 1 end) as bigint)
            as races_closer_than_stride,
        avg(abs(baseline_error_pct)) as baseline_mape_pct

    from scoped
    group by predictor, scope, days_ahead

)

select * from final
