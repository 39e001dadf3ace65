{#- The inputs that the contract names; all are in model_inputs. A unit test has no graph. -#}
{%- set node = graph.get('nodes', {}).get('model.' ~ project_name ~ '.inference_log', {}) -%}
{%- set kept = node.get('columns', {}) -%}
{%- set grain = ['athlete_id', 'prediction_date', 'distance_m', 'model_version', 'model_role'] -%}
with

scores as (

    select * from {{ ref('py_score_race_time') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- Runs after the prediction date are marked as backfill, because features may include later data.
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

        ---------- inputs
        distance_label,
        feature_date,
        {%- for name in state_inputs().values() | select('in', kept) %}
        {{ name }},
        {%- endfor %}
        races_before,
        last_race_distance_m,
        last_race_time_s,
        days_since_last_race,
        model_inputs,

        ---------- result
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        baseline_time_s,
        support,
        refusal_reason,
        reason_1,
        reason_2,
        reason_3,

        ---------- model and run
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
        -- Do not backfill a day that already has a forecast.
        and not (origin = 'backfill' and {{ has_spoken('dated') }})

)

select * from final
