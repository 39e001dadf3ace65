with

signals as (

    select * from {{ ref('stg_data_signals') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

checked_days as (

    select
        {{ day_series(days_after('checked_on', -7), days_after('checked_on', -1)) }} as checked_day
    from today
    where checked_on is not null

),

dated as (

    select
        checked_days.checked_day,
        signals.feature_name,
        signals.is_found,
        signals.activity_date > {{ days_after('checked_days.checked_day', -28) }} as is_recent

    from checked_days
    inner join signals
        on checked_days.checked_day >= signals.activity_date
        and {{ days_after('checked_days.checked_day', -393) }} < signals.activity_date
    where signals.is_found is not null

),

-- The last four weeks compared with the year before.
shares as (

    select
        checked_day,
        feature_name,
        count_if(is_recent) as recent,
        count_if(not is_recent) as earlier,
        count_if(is_recent and is_found) as recent_found,
        count_if(not is_recent and is_found) as earlier_found

    from dated
    group by checked_day, feature_name

),

measured as (

    select
        checked_day,
        feature_name,
        recent,
        cast(recent_found as double) / recent as recent_share,
        cast(earlier_found as double) / earlier as earlier_share

    from shares
    where
        recent >= 10
        and earlier >= 50

),

final as (

    select
        measured.feature_name,
        {{ days_between('measured.checked_day', 'today.checked_on') }} as days_back,
        measured.recent_share as statistic,
        -- Three deviations of so many activities, and never less than 15 points.
        measured.earlier_share + greatest(
            15e-2,
            3e0 * sqrt(measured.earlier_share * (1e0 - measured.earlier_share) / measured.recent)
        ) as limit_value,
        cast(cast(round(100e0 * measured.recent_share) as bigint) as string)
        || ' % of the activities of four weeks, '
        || cast(cast(round(100e0 * measured.earlier_share) as bigint) as string)
        || ' % in the year before.' as explanation

    from measured
    cross join today

)

select * from final
