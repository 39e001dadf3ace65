{#-
    Query: all rows of a table of this project as the last run left it, without an edge in the graph:
    what asks for it is upstream of it. Columns and types are those of the model's contract; a table,
    or a column, that no run has made yet is empty.
-#}
{% macro previous_run(name) -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] if execute else none -%}
    {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) if execute -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list if relation else [] -%}
    select
        {%- for column in (node.columns.values() if execute else []) %}
        cast({{ column.name if column.name in there else 'null' }} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    {% if relation %}from {{ relation }}{% else %}where 1 = 0{% endif %}
{%- endmacro %}
