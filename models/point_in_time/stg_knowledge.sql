with

received as (

    {% for model in [
        'landed_activities', 'landed_deletions', 'landed_corrections', 'landed_athlete_settings'
    ] -%}
    select
        athlete_id,
        ingested_at

    from {{ ref(model) }}
    {{- '\n\n    union all\n' if not loop.last }}
    {% endfor %}
),

final as (

    select
        athlete_id,
        max(ingested_at) as known_at

    from received
    group by athlete_id

)

select * from final
