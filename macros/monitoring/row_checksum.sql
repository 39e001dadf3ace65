{#-
    Bigint expression: checksum of a row of a model, over the columns of its contract by name. A null
    adds nothing, so a column that a release brings changes no earlier row.
-#}
{% macro row_checksum(name) -%}
    {%- set columns = graph.nodes['model.' ~ project_name ~ '.' ~ name].columns.keys() | sort if execute else ['1'] -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce('" ~ column ~ "=' || cast(" ~ column ~ " as string) || ';', '')") -%}
    {%- endfor -%}
    {{ checksum(parts | join('\n            || ')) }}
{%- endmacro %}
