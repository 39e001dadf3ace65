with

drift as (

    select * from {{ ref('drift') }}

),

shown as (

    select distinct model_version from {{ ref('athlete_predictions') }}

),

-- The version of the week whose forecasts are published today, otherwise the newest.
estimates as (

    select
        performance.*,
        row_number() over (
            order by
                performance.chunk_start desc nulls last,
                case when shown.model_version is null then 1 else 0 end asc nulls last,
                try_cast(performance.model_version as int) desc nulls last
        ) as recency,
        max(performance.chunk_start) over () as last_chunk_start
    from {{ ref('estimated_performance') }} as performance
    left join shown on performance.model_version = shown.model_version

),

drifted as (

    select
        kind || '_drift' as check_name,
        case
            when count(is_drift) = 0 then 'blind'
            when count(case when is_drift then 1 end) > 0 then 'warn'
            else 'ok'
        end as status,
        cast(count(case when is_drift then 1 end) as string) || ' of '
        || cast(count(is_drift) as string) || ' watched drifted'
        || coalesce(
            '; ' || min(case when is_drift then feature_name || ': ' || explanation end), '.'
        ) as detail

    from drift
    where checked_on = (select max(latest.checked_on) from drift as latest)
    group by kind

),

estimated as (

    select
        'estimated_performance' as check_name,
        case
            when status = 'failed' then 'fail'
            when status = 'not_estimable' then 'blind'
            when is_worse then 'warn'
            else 'ok'
        end as status,
        coalesce(
            reason,
            'An error of ' || cast(round(estimated_mape_pct, 1) as string)
            || ' % is estimated; the limit is ' || cast(round(limit_pct, 1) as string) || ' %.'
        ) as detail

    from estimates
    where recency = 1

),

-- The estimate is itself a forecast, which is checked with the races of a year.
summed as (

    select
        sum(scored_races) as races,
        sum(scored_races * realised_mae_s) / sum(scored_races) as realised_s,
        sum(scored_races * estimated_mae_of_scored_s) / sum(scored_races) as estimated_s
    from estimates
    where
        scored_races > 0
        and estimated_mae_of_scored_s is not null
        and chunk_start > {{ days_after('last_chunk_start', -365) }}

),

compared as (

    select
        'estimate_against_truth' as check_name,
        case
            when coalesce(races, 0) < 10 then 'blind'
            when estimated_s between 5e-1 * realised_s and 2e0 * realised_s then 'ok'
            else 'warn'
        end as status,
        cast(coalesce(races, 0) as string) || ' races of a year'
        || coalesce(
            ': ' || cast(cast(round(estimated_s) as bigint) as string) || ' s estimated, '
            || cast(cast(round(realised_s) as bigint) as string) || ' s realised.',
            '; ten are needed.'
        ) as detail

    from summed

),

final as (

    select * from drifted
    union all
    select * from estimated
    union all
    select * from compared

)

select * from final
