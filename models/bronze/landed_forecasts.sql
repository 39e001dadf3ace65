select
    athlete_id,
    predictor,
    forecast_date,
    coalesce(race_date, forecast_date) as race_date,
    distance_m,
    predicted_time_s,
    lower_time_s,
    upper_time_s,
    source_file,
    import_id,
    landing_version,
    cast(ingested_at as timestamp) as ingested_at

from {{ landed('forecasts') }}
