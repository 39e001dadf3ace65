{%- set grain = ['athlete_id', 'prediction_date', 'distance_m', 'model_version', 'model_role'] -%}
with

scores as (

    select * from {{ ref('py_score_race_time') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- A run on a later day than the one it forecasts may know too much, and says so.
dated as (

    select
        scores.*,
        {{ run_at() }} as predicted_at,
        case
            when {{ is_replay() }} then 'replay'
            when
                cast({{ local_time(run_at(), 'athletes.time_zone') }} as date)
                > scores.prediction_date
                then 'backfill'
            else 'live'
        end as origin

    from scores
    inner join athletes on scores.athlete_id = athletes.athlete_id

),

final as (

    select
        athlete_id,
        prediction_date,
        distance_m,
        model_version,
        model_role,

        ---------- what was asked
        distance_label,
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
        model_inputs,

        ---------- what was answered
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        refusal_reason,
        reason_1,
        reason_2,
        reason_3,

        ---------- by what and when
        model_name,
        model_run_id,
        fallback_reason,
        is_carried_code,
        code_commit,
        '{{ invocation_id }}' as invocation_id,
        origin,
        predicted_at

    from dated
    where
        {{ unseen('dated', grain) }}
        -- Today's model has no say about a day on which another one spoke.
        and not (origin = 'backfill' and {{ has_spoken('dated') }})

)

select * from final
