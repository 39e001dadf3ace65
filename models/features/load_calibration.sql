with

athletes as (

    select * from {{ ref('athletes') }}

),

activity_features as (

    select activity_features.*

    from {{ ref('activity_features') }} as activity_features
    inner join athletes on activity_features.athlete_id = athletes.athlete_id
    where activity_features.activity_date > {{ days_after('athletes.as_of_date', -365) }}

),

-- Only loads that could have been taken.
plausible as (

    select
        {%- for method in ['power', 'pace', 'swim', 'heart_rate', 'rpe'] %}
        case
            when {{ method }}_load <= {{ highest_load('duration_s / 3600e0') }}
                then {{ method }}_load
        end as {{ method }}_load,
        {%- endfor %}
        athlete_id,
        sport

    from activity_features

),

pairs as (

    {% for method, reference in load_method_pairs() -%}
    {{ 'union all' if not loop.first }}
    select
        athlete_id,
        sport,
        '{{ method }}' as load_method,
        '{{ reference }}' as reference_method,
        {{ method }}_load / {{ reference }}_load as load_ratio

    from plausible
    where {{ method }}_load > 0e0 and {{ reference }}_load > 0e0
    {% endfor %}

),

final as (

    select
        athlete_id,
        sport,
        load_method,
        reference_method,
        cast(count(*) as bigint) as activities,
        median(load_ratio) as median_ratio,
        -- What an athlete feels has no threshold that could be wrong.
        load_method <> 'rpe' and (median(load_ratio) < 0.8e0 or median(load_ratio) > 1.25e0)
            as is_threshold_suspect

    from pairs
    group by athlete_id, sport, load_method, reference_method
    having count(*) >= 15

)

select * from final
