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

        ---------- what was asked
        feature_date,
        days_of_history,
        ctl,
        atl,
        tsb,
        acwr,
        run_distance_7d_m,
        run_distance_28d_m,
        run_distance_84d_m,
        longest_run_60d_m,
        races_before,
        last_race_distance_m,
        last_race_time_s,
        days_since_last_race,

        ---------- what was answered
        predicted_time_s,

        ---------- by what
        model_name,
        model_run_id,
        model_role,
        code_commit,
        '{{ invocation_id }}' as invocation_id,
        predicted_at

    from scores
    where {{ unseen('scores', ['athlete_id', 'prediction_date', 'distance_m', 'model_version']) }}

)

select * from final
