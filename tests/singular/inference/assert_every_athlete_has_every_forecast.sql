{{ config(group='forecasts') }}
-- Or its refusal, with a reason.
select
    targets.athlete_id,
    targets.distance_label
from {{ ref('stg_forecast_targets') }} as targets
left join {{ ref('athlete_predictions') }} as predictions
    on targets.athlete_id = predictions.athlete_id
    and targets.distance_m = predictions.distance_m
where
    predictions.predicted_time_s is null
    and predictions.refusal_reason is null
