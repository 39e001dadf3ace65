with

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

-- A year of races, as forecast on the day before.
recent as (

    select
        ledger.*,
        100e0 * ledger.error_s / ledger.race_time_s as signed_error_pct

    from {{ ref('prediction_ledger') }} as ledger
    inner join today on ledger.race_date > {{ days_after('today.checked_on', -365) }}
    where
        ledger.days_ahead = 1
        and not ledger.is_shadow
        and ledger.error_s is not null

),

-- Fifths of forecast speed, converted to 5 km by Riegel.
paced as (

    select
        recent.*,
        ntile(5) over (
            order by
                recent.predicted_time_s
                * power(5000e0 / distances.distance_m, {{ riegel_exponent() }}) asc nulls last,
                recent.race_id asc nulls last
        ) as fifth

    from recent
    inner join {{ ref('standard_distances') }} as distances
        on recent.distance_label = distances.distance_label

),

sliced as (

    select
        distance_label as slice,
        signed_error_pct,
        is_inside

    from recent

    union all

    select
        support as slice,
        signed_error_pct,
        is_inside

    from recent

    union all

    select
        'speed_' || cast(fifth as string) as slice,
        signed_error_pct,
        is_inside

    from paced

),

measured as (

    select
        slice,
        cast(count(*) as double) as races,
        avg(signed_error_pct) as bias_pct,
        stddev_samp(signed_error_pct) as deviation_pct,
        100e0 * avg(case when is_inside then 1e0 else 0e0 end) as coverage_pct

    from sliced
    group by slice
    having count(*) >= 20

),

-- Beyond noise by 2.6 standard errors: one chance in ten for twenty slices together.
judged as (

    select
        *,
        abs(bias_pct) - 26e-1 * deviation_pct / sqrt(races) > 3e0
        or coverage_pct + 26e-1 * sqrt(75e0 * 25e0 / races) < 75e0 as is_off

    from measured

),

slices as (

    select
        count(*) as number,
        count(case when is_off then 1 end) as off_slices,
        {{ joined_text(
            "case when is_off then slice || ' (bias ' || cast(round(bias_pct, 1) as string)"
            ~ " || ' %, ' || cast(round(coverage_pct, 0) as string) || ' % in the interval)' end",
            'slice'
        ) }} as which

    from judged

),

final as (

    select
        'ledger_slices' as check_name,
        case
            when number = 0 then 'blind'
            when off_slices > 0 then 'warn'
            else 'ok'
        end as status,
        cast(off_slices as string) || ' of ' || cast(number as string)
        || ' groups of twenty races or more are off'
        || coalesce(': ' || nullif(which, ''), '') || '.' as detail

    from slices

)

select * from final
