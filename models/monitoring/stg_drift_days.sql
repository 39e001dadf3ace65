with

verdicts as (

    select * from {{ ref('py_check_drift') }}

),

-- Last days are counted back from each athlete's own: zones differ.
final as (

    select
        athlete_id,
        feature_name,
        feature_date,
        kind,
        statistic,
        limit_value,
        is_over,
        ks_distance,
        week_median,
        reference_median,
        reference_days,
        cast(
            row_number() over (
                partition by athlete_id, feature_name
                order by feature_date desc nulls last
            ) as bigint
        ) as days_back

    from verdicts

)

select * from final
