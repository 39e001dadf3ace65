{#-
    Bigint expression: checksum of a row of a model, over the columns of its contract by name. Nulls
    are ignored, so a new column does not change the checksum of earlier rows.
-#}
{% macro row_checksum(name) -%}
    {%- set columns = graph.nodes['model.' ~ project_name ~ '.' ~ name].columns.keys() | sort if execute else ['1'] -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce('" ~ column ~ "=' || cast(" ~ column ~ " as string) || ';', '')") -%}
    {%- endfor -%}
    {{ checksum(parts | join('\n            || ')) }}
{%- endmacro %}
