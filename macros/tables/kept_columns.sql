{#- List of columns: those of `columns` that the table already has; new ones are missing until a build. -#}
{% macro kept_columns(columns) -%}
    {%- set kept = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | list -%}
    {{ return(columns | select('in', kept) | list) }}
{%- endmacro %}
