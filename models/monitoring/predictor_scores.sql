with

asked as (

    select * from {{ ref('stg_asked_forecasts') }}

),

forecasts as (

    select * from {{ ref('predictor_forecasts') }}
    where is_plausible

),

ledger as (

    select * from {{ ref('prediction_ledger') }}
    where not is_shadow

),

-- The latest forecast made by then for this race day.
ranked as (

    select
        asked.race_id,
        asked.athlete_id,
        asked.race_date,
        asked.distance_label,
        asked.days_ahead,
        asked.race_time_s,
        forecasts.predictor,
        forecasts.forecast_date,
        forecasts.predicted_time_s,
        forecasts.lower_time_s,
        forecasts.upper_time_s,
        forecasts.ingested_at,
        row_number() over (
            partition by asked.race_id, asked.days_ahead, forecasts.predictor
            order by
                case when forecasts.race_date = asked.race_date then 0 else 1 end asc nulls last,
                forecasts.forecast_date desc nulls last,
                abs(forecasts.distance_m - asked.distance_m) asc nulls last
        ) as place

    from asked
    inner join forecasts
        on asked.athlete_id = forecasts.athlete_id
        and asked.made_from <= forecasts.forecast_date
        and asked.made_until >= forecasts.forecast_date
        and abs(forecasts.distance_m / asked.distance_m - 1e0) <= 0.005e0
    where forecasts.race_date in (forecasts.forecast_date, asked.race_date)

),

final as (

    select
        ranked.race_id,
        ranked.athlete_id,
        ranked.predictor,
        ranked.days_ahead,
        ranked.race_date,
        ranked.distance_label,
        ranked.race_time_s,
        ranked.forecast_date,
        ranked.predicted_time_s,
        ranked.predicted_time_s - ranked.race_time_s as error_s,
        100e0 * (ranked.predicted_time_s / ranked.race_time_s - 1e0) as error_pct,
        ranked.race_time_s >= ranked.lower_time_s
        and ranked.race_time_s <= ranked.upper_time_s as is_inside,
        cast(ranked.ingested_at as date) < ranked.race_date as was_known_before,
        ledger.error_pct as stride_error_pct,
        100e0 * ledger.baseline_error_s / ledger.race_time_s as baseline_error_pct

    from ranked
    left join ledger
        on ranked.race_id = ledger.race_id
        and ranked.days_ahead = ledger.days_ahead
    where ranked.place = 1

)

select * from final
