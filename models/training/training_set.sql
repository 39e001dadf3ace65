with

race_features as (

    select * from {{ ref('race_features') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

first_api_days as (

    select * from {{ ref('stg_first_api_days') }}

),

final as (

    select
        race_features.race_id,
        race_features.athlete_id,
        race_features.race_date,
        race_features.feature_date,
        race_features.state_known_at,
        race_results.distance_label,
        race_features.distance_m,
        race_results.race_time_s,
        {%- for name in state_inputs().values() %}
        race_features.{{ name }},
        {%- endfor %}
        race_features.races_before,
        race_features.last_race_distance_m,
        race_features.last_race_time_s,
        race_features.days_since_last_race,
        race_features.earlier_races,
        race_features.sex,
        race_features.age_years,
        case
            when race_features.race_date >= athletes.as_of_date then 'race_day_not_over'
            when race_results.incomparable_reason is not null
                then race_results.incomparable_reason
            {% if is_as_known() -%}
            when race_features.feature_date is null then 'known_too_late'
            {% endif -%}
            when coalesce(race_features.days_of_history, 0) < {{ var('min_history_days') }}
                then 'short_history'
            -- By the platform's terms.
            when
                not {{ var('train_on_api_data') }}
                and race_features.race_date >= first_api_days.first_api_day
                then 'api_data'
        end as unused_reason

    from race_features
    inner join race_results on race_features.race_id = race_results.race_id
    inner join athletes on race_features.athlete_id = athletes.athlete_id
    left join first_api_days on race_features.athlete_id = first_api_days.athlete_id

)

select * from final
