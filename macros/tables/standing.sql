{#-
    Query: rows of a table as an earlier run left it, without an edge in the graph. Training is
    upstream of forecasts and monitoring, and yet depends on what they said yesterday. A table, or a
    column, that no run has made yet is empty.
-#}
{% macro standing(schema, name, columns) -%}
    {%- set relation = adapter.get_relation(target.database, generate_schema_name(schema) | trim, name) if execute -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list if relation else [] -%}
    select
        {%- for column, kind in columns.items() %}
        cast({{ column if column in there else 'null' }} as {{ kind }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {% if relation %}from {{ relation }}{% else %}where 1 = 0{% endif %}
{%- endmacro %}
