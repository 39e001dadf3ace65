with

landed as (

    select * from {{ ref('landed_activities') }}
    where
        started_at >= cast('1980-01-01' as timestamp)
        and started_at <= ingested_at + interval '1' day

),

days as (

    select distinct
        athlete_id,
        cast(started_at as date) as active_day

    from landed

),

spaced as (

    select
        athlete_id,
        active_day,
        lag(active_day) over (
            partition by athlete_id
            order by active_day asc nulls last
        ) as day_before

    from days

),

-- The log begins after its last gap of five years.
logs as (

    select
        athlete_id,
        max(active_day) as first_day

    from spaced
    where {{ days_between('day_before', 'active_day') }} > 1826
    group by athlete_id

),

-- No watch wrote FIT before 2009, and few recorded at all before 2006.
suspects as (

    select
        landed.athlete_id,
        landed.landed_row_id,
        landed.started_at + interval '7168' day as started_at,
        landed.local_started_at + interval '7168' day as local_started_at,
        cast(landed.started_at + interval '7168' day as date) as active_day,
        logs.first_day

    from landed
    inner join logs
        on landed.athlete_id = logs.athlete_id
        and cast(landed.started_at as date) < logs.first_day
    where
        landed.source_kind = 'device_file'
        and landed.started_at < case
            when lower(landed.device_file) like '%.fit%' then cast('2009-01-01' as timestamp)
            else cast('2006-01-01' as timestamp)
        end

),

-- A neighbour within a month.
final as (

    select
        suspects.athlete_id,
        suspects.landed_row_id,
        suspects.started_at,
        suspects.local_started_at,
        count(days.active_day) > 0 as is_corrected

    from suspects
    left join days
        on suspects.athlete_id = days.athlete_id
        and suspects.first_day <= days.active_day
        and {{ days_after('suspects.active_day', -30) }} <= days.active_day
        and {{ days_after('suspects.active_day', 30) }} >= days.active_day
    group by
        suspects.athlete_id,
        suspects.landed_row_id,
        suspects.started_at,
        suspects.local_started_at

)

select * from final
