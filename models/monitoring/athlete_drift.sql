with

verdicts as (

    select * from {{ ref('stg_drift_days') }}

),

persistence as (

    select
        athlete_id,
        feature_name,
        cast(count_if(coalesce(is_over, false)) as bigint) as days_over

    from verdicts
    group by athlete_id, feature_name

),

final as (

    select
        verdicts.athlete_id,
        verdicts.feature_name,
        verdicts.feature_date,
        verdicts.kind,
        verdicts.statistic,
        verdicts.limit_value,
        verdicts.is_over,
        persistence.days_over,
        case
            when verdicts.statistic is not null
                then persistence.days_over >= {{ var('drift_days') }}
        end as is_drift,
        verdicts.ks_distance,
        verdicts.week_median,
        verdicts.reference_median,
        verdicts.reference_days

    from verdicts
    inner join persistence
        on verdicts.athlete_id = persistence.athlete_id
        and verdicts.feature_name = persistence.feature_name
    where verdicts.days_back = 1

)

select * from final
