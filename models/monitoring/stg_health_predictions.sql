with

repeats as (

    select
        *,
        -- A forecast that was refused, or is refused now, has changed as well.
        case
            when problem is not null then null
            when predicted_time_s is null and repeated_time_s is null then 0e0
            else coalesce(
                greatest(
                    abs(repeated_time_s / predicted_time_s - 1e0),
                    abs(repeated_lower_s / lower_80_s - 1e0),
                    abs(repeated_upper_s / upper_80_s - 1e0)
                ),
                1e0
            )
        end as change_share

    from {{ ref('py_repeat_forecasts') }}

),

counted as (

    select
        count(change_share) as repeated_count,
        count(case when change_share > 1e-6 then 1 end) as changed_count,
        count(
            case when change_share > 1e-6 and model_version <> 'stage-1' then 1 end
        ) as changed_of_versions,
        min(case when change_share > 1e-6 then model_version end) as changed_version,
        max(change_share) as largest_share,
        max(prediction_date) as prediction_date,
        min(problem) as problem

    from repeats

),

repeated as (

    select
        'repeated_forecasts' as check_name,
        case
            when repeated_count = 0 then 'blind'
            when changed_of_versions > 0 then 'fail'
            when changed_count > 0 then 'warn'
            else 'ok'
        end as status,
        case
            when repeated_count = 0 then coalesce(problem, 'There is no earlier forecast yet.')
            else
                cast(changed_count as string) || ' of ' || cast(repeated_count as string)
                || ' forecasts of ' || cast(prediction_date as string)
                || ' come out otherwise when made again from the same inputs'
                || coalesce(
                    ', by up to ' || cast(round(100e0 * largest_share, 4) as string)
                    || ' % (' || changed_version || ').',
                    '.'
                )
        end as detail

    from counted

),

changes as (

    select
        distance_label,
        count(*) as athletes,
        {{ percentile('change_share', 0.5) }} as median_share,
        {{ percentile('abs(change_share)', 0.8) }} as wide_share

    from {{ ref('stg_forecast_changes') }}
    group by distance_label

),

-- All forecasts move by a season's few percent; one athlete's by more than the median of many.
limited as (

    select
        *,
        3e-2 + 9e-2 / sqrt(athletes) as median_limit,
        6e-2 + 9e-2 / sqrt(athletes) as wide_limit

    from changes

),

judged as (

    select
        *,
        abs(median_share) > median_limit or wide_share > wide_limit as is_over,
        distance_label || ' by ' || cast(round(100e0 * median_share, 1) as string)
        || ' % in the median, a fifth of athletes by over '
        || cast(round(100e0 * wide_share, 1) as string) || ' %' as said

    from limited

),

moved as (

    select
        'forecast_changes' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when is_over then 1 end) > 0 then 'warn'
            else 'ok'
        end as status,
        case
            when count(*) = 0 then 'There are too few forecasts of the four weeks before.'
            else
                'Forecasts of ' || cast(count(case when is_over then 1 end) as string) || ' of '
                || cast(count(*) as string)
                || ' distances differ from those of the four weeks before beyond what is usual'
                || coalesce(': ' || min(case when is_over then said end), '') || '.'
        end as detail

    from judged

),

final as (

    select * from repeated
    union all
    select * from moved

)

select * from final
