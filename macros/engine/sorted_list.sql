{#- List expression, an aggregate: all values that are not null, sorted. -#}
{% macro sorted_list(value) -%}
    {{ return(adapter.dispatch('sorted_list')(value)) }}
{%- endmacro %}

{% macro duckdb__sorted_list(value) -%}
    list_sort(list({{ value }}) filter (where {{ value }} is not null))
{%- endmacro %}

{% macro spark__sorted_list(value) -%}
    sort_array(collect_list({{ value }}))
{%- endmacro %}
