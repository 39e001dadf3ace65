{#- Double expression, an aggregate: percentile of the non-null values, interpolated. -#}
{% macro percentile(value, share) -%}
    {{ return(adapter.dispatch('percentile')(value, share)) }}
{%- endmacro %}

{% macro duckdb__percentile(value, share) -%}
    quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

{% macro spark__percentile(value, share) -%}
    percentile({{ value }}, {{ share }})
{%- endmacro %}
