{#- Boolean: whether a table still has the columns that its model's contract names. -#}
{% macro has_columns_of(name, relation) -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set wanted = graph.nodes['model.' ~ project_name ~ '.' ~ name].columns.keys() | list -%}
    {{ return(there == wanted) }}
{%- endmacro %}
