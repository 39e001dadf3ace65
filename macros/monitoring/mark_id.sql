{#- String expression: id of a mark, from its table and its day or athlete. -#}
{% macro mark_id(marks) -%}
    md5(
        {{ marks }}.table_name || ':' || coalesce(cast({{ marks }}.row_day as string), '')
        || ':' || coalesce({{ marks }}.athlete_id, '')
    )
{%- endmacro %}
