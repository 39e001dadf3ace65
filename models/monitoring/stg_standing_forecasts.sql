with

asked as (

    select * from {{ ref('stg_asked_forecasts') }}

),

predictions as (

    select * from {{ ref('race_predictions') }}

),

-- A row for every day looked at makes the join one of equal keys.
days as (

    select
        *,
        {{ day_series('made_from', 'made_until') }} as prediction_date

    from asked

),

-- The forecast that was shown at that time: of the latest day, the champion's
-- before the fallback's, the last one made. Backfills made later do not count.
ranked as (

    select
        days.race_id,
        days.athlete_id,
        days.race_date,
        days.distance_label,
        days.race_time_s,
        days.days_ahead,
        predictions.model_role = 'challenger' as is_shadow,
        predictions.prediction_date,
        predictions.predicted_time_s,
        predictions.lower_80_s,
        predictions.upper_80_s,
        predictions.baseline_time_s,
        predictions.support,
        predictions.refusal_reason,
        predictions.model_version,
        predictions.model_role,
        predictions.origin,
        predictions.predicted_at,
        row_number() over (
            partition by days.race_id, days.days_ahead, predictions.model_role = 'challenger'
            order by
                predictions.prediction_date desc nulls last,
                case when predictions.origin = 'replay' then 1 else 0 end asc nulls last,
                case when predictions.model_role = 'stage-1' then 1 else 0 end asc nulls last,
                abs(predictions.distance_m - days.distance_m) asc nulls last,
                predictions.predicted_at desc nulls last,
                predictions.model_version desc nulls last
        ) as recency

    from days
    inner join predictions
        on days.athlete_id = predictions.athlete_id
        and days.prediction_date = predictions.prediction_date
        -- The same distance: half a percent is less than courses differ.
        and abs(predictions.distance_m / days.distance_m - 1e0) <= 0.005e0
        and cast({{ local_time('predictions.predicted_at', 'days.time_zone') }} as date)
        <= days.made_until

),

final as (

    select
        race_id,
        athlete_id,
        race_date,
        distance_label,
        race_time_s,
        days_ahead,
        is_shadow,
        prediction_date,
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        refusal_reason,
        model_version,
        model_role,
        origin,
        predicted_at

    from ranked
    where recency = 1

)

select * from final
