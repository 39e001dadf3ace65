with

numbered as (

    select
        *,
        row_number() over (
            partition by landed_row_id
            order by rule asc nulls last
        ) as place

    from {{ ref('implausible_values') }}

),

final as (

    select
        landed_row_id,
        min(case when consequence = 'quarantine' then rule end) as quarantine_rule,
        {% for column in [
            'moving_time', 'distance', 'elevation', 'avg_hr', 'max_hr', 'power', 'weighted_power',
            'perceived_exertion', 'temperature', 'weight'
        ] -%}
        max(case when consequence = 'drop_{{ column }}' then 1 else 0 end) as drops_{{ column }},
        {% endfor -%}
        max(case when place = 1 then rule end)
        {%- for place in range(2, 7) %}
        || coalesce(',' || max(case when place = {{ place }} then rule end), '')
        {%- endfor %} as value_flags

    from numbered
    group by landed_row_id

)

select * from final
