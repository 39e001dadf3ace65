{%- set told = [
    'athlete_id', 'race_date', 'distance_label', 'race_time_s', 'prediction_date',
    'predicted_time_s', 'lower_80_s', 'upper_80_s', 'baseline_time_s', 'support', 'refusal_reason',
    'model_version', 'model_role', 'origin', 'predicted_at'
] -%}
with

standing as (

    select * from {{ ref('stg_standing_forecasts') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

entries as (

    {% if is_incremental() -%}
    select
        *,
        row_number() over (
            partition by race_id, days_ahead, is_shadow
            order by revision desc nulls last
        ) as recency

    from {{ this }}
    {%- else -%}
    select
        *,
        false as is_withdrawn,
        0 as revision,
        0 as recency

    from standing
    where false
    {%- endif %}

),

latest as (

    select * from entries
    where recency = 1

),

-- Races that are not in the ledger yet or differ from it, and races in the ledger that no longer
-- count. Races after an earlier as-of date are ignored.
final as (

    select
        coalesce(standing.race_id, latest.race_id) as race_id,
        coalesce(standing.days_ahead, latest.days_ahead) as days_ahead,
        coalesce(standing.is_shadow, latest.is_shadow) as is_shadow,
        coalesce(latest.revision, 0) + 1 as revision,
        standing.race_id is null as is_withdrawn,
        {%- for column in told %}
        case when standing.race_id is null then latest.{{ column }} else standing.{{ column }} end
            as {{ column }},
        {%- endfor %}
        {{ run_at() }} as scored_at

    from standing
    full outer join latest
        on standing.race_id = latest.race_id
        and standing.days_ahead = latest.days_ahead
        and standing.is_shadow = latest.is_shadow
    left join athletes on latest.athlete_id = athletes.athlete_id
    where
        (standing.race_id is not null and latest.race_id is null)
        or (standing.race_id is not null and latest.is_withdrawn)
        or standing.race_date <> latest.race_date
        or standing.distance_label <> latest.distance_label
        or standing.race_time_s <> latest.race_time_s
        or standing.predicted_at <> latest.predicted_at
        or standing.model_version <> latest.model_version
        or (
            standing.race_id is null
            and not latest.is_withdrawn
            and latest.race_date < athletes.as_of_date
        )

)

select * from final
