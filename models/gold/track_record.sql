with

asked as (

    select * from {{ ref('stg_asked_forecasts') }}

),

ledger as (

    select * from {{ ref('prediction_ledger') }}
    where not is_shadow

),

-- Races count as unforecast only after the athlete's first forecast.
began as (

    select
        predictions.athlete_id,
        min(greatest(
            predictions.prediction_date,
            cast({{ local_time('predictions.predicted_at', 'athletes.time_zone') }} as date)
        )) as first_day

    from {{ ref('race_predictions') }} as predictions
    inner join {{ ref('athletes') }} as athletes
        on predictions.athlete_id = athletes.athlete_id
    group by predictions.athlete_id

),

races as (

    select
        asked.distance_label,
        asked.days_ahead,
        ledger.race_id is not null as is_forecast,
        ledger.refusal_reason,
        ledger.origin,
        ledger.error_s,
        ledger.error_pct,
        ledger.is_inside,
        100e0 * (ledger.upper_80_s - ledger.lower_80_s) / ledger.predicted_time_s as width_pct,
        case
            when ledger.error_s is not null
                then 100e0 * ledger.baseline_error_s / ledger.race_time_s
        end as baseline_error_pct

    from asked
    inner join began
        on asked.athlete_id = began.athlete_id
        and asked.made_until >= began.first_day
    left join ledger
        on asked.race_id = ledger.race_id
        and asked.days_ahead = ledger.days_ahead

),

scoped as (

    select
        *,
        'all' as scope

    from races

    union all

    select
        *,
        distance_label as scope

    from races

),

final as (

    select
        scope as distance_label,
        days_ahead,
        cast(count(error_s) as bigint) as races,
        cast(count_if(refusal_reason is not null) as bigint) as races_refused,
        cast(count_if(not is_forecast) as bigint) as races_unforecast,
        cast(count_if(error_s is not null and origin = 'replay') as bigint) as races_replayed,
        avg(abs(error_s)) as mae_s,
        avg(abs(error_pct)) as mape_pct,
        avg(error_pct) as bias_pct,
        100e0 * avg(case when is_inside then 1e0 when not is_inside then 0e0 end) as coverage_pct,
        avg(width_pct) as interval_width_pct,
        -- The comparison with the baseline uses only races that have one.
        cast(count(baseline_error_pct) as bigint) as races_with_baseline,
        avg(case when baseline_error_pct is not null then abs(error_pct) end) as paired_mape_pct,
        avg(abs(baseline_error_pct)) as baseline_mape_pct

    from scoped
    group by scope, days_ahead

)

select * from final
