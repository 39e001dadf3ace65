{#-
    Query: rows of a table of the previous run, without an edge in the graph. Training is upstream of
    forecasts and monitoring but depends on their results of the previous run. A missing table is
    empty, a missing column null.
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
