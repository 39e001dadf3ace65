{#- Columns: one row per struct of a list of structs, one column per field of it. -#}
{% macro unfold(list_of_structs) -%}
    {{ return(adapter.dispatch('unfold')(list_of_structs)) }}
{%- endmacro %}

{% macro duckdb__unfold(list_of_structs) -%}
    unnest({{ list_of_structs }}, recursive := true)
{%- endmacro %}

{% macro spark__unfold(list_of_structs) -%}
    inline({{ list_of_structs }})
{%- endmacro %}
