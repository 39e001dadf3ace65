select
    race_id,
    athlete_id,
    race_date,
    distance_label,
    race_time_s,
    predicted_time_s,
    lower_80_s,
    upper_80_s,
    baseline_time_s,
    trained_on_races

from {{ ref('py_backtest_race_time') }}
