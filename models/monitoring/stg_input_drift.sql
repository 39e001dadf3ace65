with

verdicts as (

    select * from {{ ref('stg_drift_days') }}

),

pooled as (

    select
        feature_name,
        days_back,
        count(is_over) as athletes_checked,
        count_if(coalesce(is_over, false)) as athletes_over,
        median(case when is_over then week_median end) as week_median,
        median(case when is_over then reference_median end) as reference_median

    from verdicts
    group by feature_name, days_back

),

-- Of stationary athletes up to 5 % are over on a day; three deviations more is more than chance.
-- With many athletes the quarter counts: some are always injured or off season.
final as (

    select
        feature_name,
        days_back,
        case
            when athletes_checked > 0
                then cast(athletes_over as double) / athletes_checked
        end as statistic,
        case
            when athletes_checked > 0
                then greatest(25e-2, 5e-2 + 3e0 * sqrt(475e-4 / athletes_checked))
        end as limit_value,
        case
            when athletes_checked = 0
                then 'Nobody can be judged: that takes a year of history and a whole week.'
            else
                cast(athletes_over as string) || ' of ' || cast(athletes_checked as string)
                || ' athletes are beyond their own past'
                || coalesce(
                    ': median of their week ' || cast(round(week_median, 2) as string)
                    || ', of their past '
                    || cast(round(reference_median, 2) as string) || '.',
                    '.'
                )
        end as explanation

    from pooled

)

select * from final
