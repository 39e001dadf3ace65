with

states as (

    select * from {{ ref('rolling_features') }}

),

knowledge as (

    select * from {{ ref('stg_knowledge') }}

),

{% if is_incremental() -%}
kept as (

    select
        *,
        row_number() over (
            partition by athlete_id, feature_date
            order by known_at desc nulls last
        ) as recency,
        max(known_at) over (partition by athlete_id) as latest_known_at

    from {{ this }}

),

{% endif -%}
-- Features were known when the latest of their inputs was imported. If nothing was imported since,
-- only the formula has changed, which does not change the history.
final as (

    select
        states.athlete_id,
        states.feature_date,
        {% for column in state_columns() -%}
        states.{{ column }},
        {% endfor -%}
        knowledge.known_at

    from states
    inner join knowledge on states.athlete_id = knowledge.athlete_id
    {%- if is_incremental() %}
    left join kept
        on states.athlete_id = kept.athlete_id
        and states.feature_date = kept.feature_date
        and kept.recency = 1
    where
        kept.athlete_id is null
        or (
            knowledge.known_at > kept.latest_known_at
            and (
                {%- for column in kept_columns(state_columns()) %}
                {{ 'or ' if not loop.first }}{{ has_changed('states.' ~ column, 'kept.' ~ column) }}
                {%- endfor %}
            )
        )
    {%- endif %}

)

select * from final
