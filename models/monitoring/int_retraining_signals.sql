with

athletes as (

    select * from {{ ref('athletes') }}

),

training_set as (

    select * from {{ ref('training_set') }}

),

erasures as (

    select * from {{ ref('landed_erasures') }}

),

realised as (

    select * from {{ ref('int_realised_error') }}

),

trainings as (

    select
        *,
        row_number() over (order by trained_at desc nulls last) as recency

    from {{ ref('training_runs') }}
    where model_version is not null

),

trained_races as (

    select * from {{ ref('training_run_races') }}

),

forecasts as (

    select
        *,
        dense_rank() over (order by prediction_date desc nulls last) as recency

    from {{ ref('race_predictions') }}

),

estimates as (

    select
        *,
        dense_rank() over (order by chunk_end desc nulls last) as recency

    from {{ ref('estimated_performance') }}
    where status = 'estimated'

),

drift as (

    select
        *,
        dense_rank() over (order by checked_on desc nulls last) as recency

    from {{ ref('drift') }}

),

code as (

    select * from {{ ref('py_read_code') }}

),

-- Races of the latest training; none where it is older than the table of them.
standing_races as (

    select trained_races.race_id
    from trained_races
    inner join trainings
        on trained_races.trained_at = trainings.trained_at
        and trainings.recency = 1

),

usable as (

    select
        cast(count(*) as bigint) as usable_races,
        cast(count(case when standing_races.race_id is null then 1 end) as bigint) as unseen_races

    from training_set
    left join standing_races on training_set.race_id = standing_races.race_id
    where training_set.unused_reason is null

),

-- Athletes' days differ by their zones; the latest one is the day of the decision.
today as (

    select max(as_of_date) as decided_on from athletes

),

final as (

    select
        today.decided_on,
        usable.usable_races,
        latest.model_version as standing_version,
        latest.run_id as standing_run_id,
        -- Old receipts only have the time of the training, not its as-of date.
        coalesce(latest.trained_on, cast(latest.trained_at as date)) as last_trained_on,
        latest.trained_at as last_trained_at,
        -- Compares sets of races, not counts: one may be removed while another is added.
        case
            when latest.model_version is null then null
            when (select count(*) from standing_races) > 0 then usable.unseen_races
            else cast(greatest(usable.usable_races - latest.training_races, 0) as bigint)
        end as new_races,
        latest.backtest_mape_pct,
        (select max(erasures.ingested_at) from erasures) as last_erased_at,
        latest.model_role as standing_role,
        (
            select count(*) from trainings
            where trainings.model_role = 'champion'
        ) > 0 as has_champion,
        (
            select count(*) from forecasts
            where forecasts.recency = 1 and forecasts.model_role = 'stage-1'
        ) > 0 as is_fallback_speaking,
        -- Once for each code, whether or not its candidate took the champion's place.
        latest.model_version is not null
        and coalesce(latest.code_digest <> code.code_digest, true) as is_code_changed,
        realised.ledger_races,
        realised.realised_mape_pct,
        (
            select cast(count(distinct estimates.chunk_end) as bigint) from estimates
            where estimates.recency <= 3 and estimates.is_worse
        ) as worse_chunks,
        (
            select cast(count(distinct drift.feature_name) as bigint) from drift
            -- A broken sensor, of kind data_quality, is no reason to train.
            where drift.recency = 1 and drift.is_drift and drift.kind = 'input'
        ) as drift_inputs

    from today
    cross join realised
    cross join usable
    cross join code
    left join trainings as latest on latest.recency = 1

)

select * from final
