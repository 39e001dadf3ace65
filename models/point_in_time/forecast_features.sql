{{ state_before(
    ref('stg_forecast_targets'),
    keys=['target_id', 'distance_label'],
    event_date='prediction_date'
) }}
