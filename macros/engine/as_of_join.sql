{#-
    Query: every row of `left_rows` with the `columns` of the latest row of `right_rows` strictly before
    it: equal `keys`, and `right_time < left_time`. A row without one keeps its place, with nulls.
    Strictly: a race never meets the state of its own day. `right_rows` holds one row per keys and time.
-#}
{% macro as_of_join(left_rows, right_rows, keys, left_time, right_time, columns) -%}
    {{ return(adapter.dispatch('as_of_join')(
        left_rows, right_rows, keys, left_time, right_time, columns
    )) }}
{%- endmacro %}

{% macro duckdb__as_of_join(left_rows, right_rows, keys, left_time, right_time, columns) -%}
    select
        {{ left_rows }}.*
        {%- for column in columns %},
        {{ right_rows }}.{{ column }}
        {%- endfor %}

    from {{ left_rows }}
    asof left join {{ right_rows }}
        on {% for key in keys %}{{ left_rows }}.{{ key }} = {{ right_rows }}.{{ key }}
        and {% endfor %}{{ left_rows }}.{{ left_time }} > {{ right_rows }}.{{ right_time }}
{%- endmacro %}

{#- Each right row holds from the day after its own up to its successor's: no row number per pair. -#}
{% macro spark__as_of_join(left_rows, right_rows, keys, left_time, right_time, columns) -%}
    select
        {{ left_rows }}.*
        {%- for column in columns %},
        valid.{{ column }}
        {%- endfor %}

    from {{ left_rows }}
    left join (
        select
            *,
            lead({{ right_time }}) over (
                partition by {{ keys | join(', ') }} order by {{ right_time }} asc nulls last
            ) as next_time
        from {{ right_rows }}
    ) as valid
        on {% for key in keys %}{{ left_rows }}.{{ key }} = valid.{{ key }}
        and {% endfor %}{{ left_rows }}.{{ left_time }} > valid.{{ right_time }}
        and ({{ left_rows }}.{{ left_time }} <= valid.next_time or valid.next_time is null)
{%- endmacro %}
