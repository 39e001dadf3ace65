{#- Double expression, an aggregate: the n-th highest of the non-null values, null if they are fewer. -#}
{% macro nth_highest(value, n) -%}
    {{ return(adapter.dispatch('nth_highest')(value, n)) }}
{%- endmacro %}

{% macro duckdb__nth_highest(value, n) -%}
    list_extract(max({{ value }}, {{ n }}), {{ n }})
{%- endmacro %}

{% macro spark__nth_highest(value, n) -%}
    get(sort_array(collect_list({{ value }}), false), {{ n - 1 }})
{%- endmacro %}
