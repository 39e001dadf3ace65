with

athletes as (

    select * from {{ ref('athletes') }}

),

checked as (

    select
        feature_name,
        days_back,
        'input' as kind,
        statistic,
        limit_value,
        explanation

    from {{ ref('stg_input_drift') }}

    union all

    select
        feature_name,
        days_back,
        'data_quality' as kind,
        statistic,
        limit_value,
        explanation

    from {{ ref('stg_data_quality_drift') }}

),

persistence as (

    select
        feature_name,
        cast(count_if(coalesce(statistic > limit_value, false)) as bigint) as days_over

    from checked
    group by feature_name

),

today as (

    select max(as_of_date) as checked_on from athletes

),

final as (

    select
        checked.feature_name,
        today.checked_on,
        checked.kind,
        checked.statistic,
        checked.limit_value,
        checked.statistic > checked.limit_value as is_over,
        persistence.days_over,
        case
            when checked.statistic is not null
                then persistence.days_over >= {{ var('drift_days') }}
        end as is_drift,
        'Over the limit on ' || cast(persistence.days_over as string) || ' of 7 days. '
        || checked.explanation as explanation

    from checked
    inner join persistence on checked.feature_name = persistence.feature_name
    cross join today
    where checked.days_back = 1

)

select * from final
