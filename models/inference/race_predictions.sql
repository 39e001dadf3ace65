{%- set grain = ['athlete_id', 'prediction_date', 'distance_m', 'model_version', 'model_role'] -%}
with

-- All rows of the log, not only of this run, so that rows missing after a killed run are added.
logged as (

    select * from {{ ref('inference_log') }}

),

final as (

    select
        athlete_id,
        prediction_date,
        distance_m,
        model_version,
        model_role,
        distance_label,
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        refusal_reason,
        fallback_reason,
        reason_1,
        reason_2,
        reason_3,
        feature_date,
        origin,
        predicted_at

    from logged
    where {{ unseen('logged', grain) }}

)

select * from final
