with

scores as (

    select * from {{ ref('py_score_race_time') }}

),

final as (

    select
        athlete_id,
        prediction_date,
        distance_m,
        model_version,
        distance_label,
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        feature_date,
        model_role,
        predicted_at

    from scores
    where {{ unseen('scores', ['athlete_id', 'prediction_date', 'distance_m', 'model_version']) }}

)

select * from final
