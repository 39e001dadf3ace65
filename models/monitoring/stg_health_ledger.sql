with

ledger as (

    select * from {{ ref('prediction_ledger') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

-- A year of races with a forecast of the day before and a baseline.
compared as (

    select
        count(*) as races,
        avg(abs(ledger.error_s) / ledger.race_time_s) * 100e0 as mape_pct,
        avg(abs(ledger.baseline_error_s) / ledger.race_time_s) * 100e0 as baseline_mape_pct

    from ledger
    inner join today on ledger.race_date > {{ days_after('today.checked_on', -365) }}
    where
        ledger.days_ahead = 1
        and not ledger.is_shadow
        and ledger.error_s is not null
        and ledger.baseline_error_s is not null

),

final as (

    select
        'ledger_error' as check_name,
        case
            when races < 5 then 'blind'
            when mape_pct > 11e-1 * baseline_mape_pct then 'warn'
            else 'ok'
        end as status,
        cast(races as string) || ' races of a year were forecast the day before'
        || coalesce(
            ': ' || cast(round(mape_pct, 1) as string) || ' % off, the baseline '
            || cast(round(baseline_mape_pct, 1) as string) || ' %.',
            '.'
        ) as detail

    from compared

)

select * from final
