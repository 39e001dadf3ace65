{%- set signs = [
    'platform_flag', 'race_word', 'perhaps_word', 'bare_number', 'distance_named', 'trail_race',
    'finish_time', 'not_race_word', 'perhaps_not_word', 'time_trial_word', 'routine_name',
    'distance_close', 'distance_marathon', 'distance_ultra', 'distance_near', 'effort_outstanding', 'effort_strong',
    'effort_good', 'effort_below_usual', 'near_best', 'high_heart_rate', 'weekend_morning',
    'round_start', 'without_pause', 'with_pauses', 'after_warm_up', 'before_faster_run',
    'after_faster_run', 'after_ride',
] -%}
with

signs as (

    select * from {{ ref('stg_race_signs') }}

),

times as (

    select * from {{ ref('stg_race_times') }}

),

-- One row with the points of each kind of evidence and the points a race needs.
weights as (

    select
        {% for sign in signs -%}
        max(case when evidence = '{{ sign }}' then points end) as {{ sign }},
        {% endfor -%}
        max(case when evidence = 'race' then points end) as race

    from {{ ref('race_evidence_points') }}

),

weighed as (

    select
        {% for sign in signs -%}
        case when signs.{{ sign }} then weights.{{ sign }} else 0 end as {{ sign }},
        {% endfor -%}
        signs.athlete_id,
        signs.activity_id,
        signs.is_race_corrected,
        signs.is_maximal,
        signs.is_trail,
        signs.effort_sd,
        signs.share_of_best,
        times.is_plausible,
        weights.race as points_needed,
        signs.time_trial_word as is_time_trial,
        signs.effort_strong or signs.effort_outstanding as is_hard

    from signs
    inner join times
        on signs.athlete_id = times.athlete_id
        and signs.activity_id = times.activity_id
    cross join weights

),

scored as (

    select
        *,
        {{ signs | join(' + ') }} as score

    from weighed

),

final as (

    select
        athlete_id,
        activity_id,
        case
            when not is_plausible then 'other'
            when is_race_corrected then 'race'
            when not is_race_corrected then 'other'
            when score >= points_needed then 'race'
            -- Warm-ups and bike legs are not hard efforts, however fast.
            when before_faster_run + after_faster_run + after_ride < 0 then 'other'
            when is_time_trial or is_hard then 'hard_effort'
            else 'other'
        end as effort_class,
        case
            when is_race_corrected is not null then 'athlete'
            when platform_flag > 0 then 'platform_flag'
            when race_word + perhaps_word + bare_number + finish_time > 0 then 'name'
            else 'effort'
        end as evidence,
        cast(score as bigint) as score,
        cast(points_needed as bigint) as points_needed,
        is_race_corrected,
        is_plausible,
        is_trail,
        is_maximal,
        {% for sign in signs -%}
        cast({{ sign }} as bigint) as {{ sign }},
        {% endfor -%}
        effort_sd,
        share_of_best

    from scored

)

select * from final
