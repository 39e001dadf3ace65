with

ledger as (

    select * from {{ ref('prediction_ledger') }}

),

-- Athletes' days differ by their zones; the latest one is the day of the decision.
today as (

    select max(as_of_date) as decided_on from {{ ref('athletes') }}

),

horizon as (

    select limit_value as ledger_days from {{ ref('retraining_limits') }}
    where criterion = 'ledger_days'

),

final as (

    select
        cast(count(*) as bigint) as ledger_races,
        avg(abs(ledger.error_pct)) as realised_mape_pct

    from ledger
    cross join today
    cross join horizon
    where
        ledger.days_ahead = 7
        and ledger.model_role = 'champion'
        and ledger.error_pct is not null
        and ledger.race_date <= today.decided_on
        and {{ days_between('ledger.race_date', 'today.decided_on') }} <= horizon.ledger_days

)

select * from final
