{#- Date expression: some days after a day, or before it where `days` is negative. -#}
{% macro days_after(day, days) -%}
    {{ return(adapter.dispatch('days_after')(day, days)) }}
{%- endmacro %}

{% macro duckdb__days_after(day, days) -%}
    cast({{ day }} + {{ days }} as date)
{%- endmacro %}

{% macro spark__days_after(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}
