{#- What ends the statement of an on-run-end hook, so that it lasts: dbt closes with a rollback. -#}
{% macro committed() -%}
    {{ return(adapter.dispatch('committed')()) }}
{%- endmacro %}

{#- Looking up columns has begun a transaction; dbt expects to find one. -#}
{% macro duckdb__committed() -%}
    ; commit; begin transaction
{%- endmacro %}

{% macro spark__committed() -%}
{%- endmacro %}
