{#- Text expression, an aggregate: the texts in the order of `position`, blanks between them. -#}
{% macro joined_text(text, position) -%}
    {{ return(adapter.dispatch('joined_text')(text, position)) }}
{%- endmacro %}

{% macro duckdb__joined_text(text, position) -%}
    string_agg({{ text }}, ' ' order by {{ position }} asc nulls last)
{%- endmacro %}

{% macro spark__joined_text(text, position) -%}
    array_join(
        transform(
            array_sort(collect_list(named_struct('position', {{ position }}, 'text', {{ text }}))),
            item -> item.text
        ),
        ' '
    )
{%- endmacro %}
