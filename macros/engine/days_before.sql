{#- Date expression: the day that lies `days` before `day`. -#}
{% macro days_before(day, days) -%}
    {{ return(adapter.dispatch('days_before')(day, days)) }}
{%- endmacro %}

{% macro duckdb__days_before(day, days) -%}
    ({{ day }} - {{ days }})
{%- endmacro %}

{% macro spark__days_before(day, days) -%}
    date_sub({{ day }}, {{ days }})
{%- endmacro %}
