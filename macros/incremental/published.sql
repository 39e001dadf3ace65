{#-
    Relation: a table of this layer as the last run left it; none before the first run and in a full
    refresh. Not a ref: what asks for it is computed before the table is published anew.
-#}
{% macro published(name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(adapter.get_relation(database=this.database, schema=this.schema, identifier=name)) }}
{%- endmacro %}
