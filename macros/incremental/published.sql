{#-
    Relation: a table of this layer as the last run left it; none before the first run, in a full
    refresh and where a release changed its columns. Not a ref: what asks for it is computed before
    the table is published anew.
-#}
{% macro published(name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set relation = adapter.get_relation(
        database=this.database, schema=this.schema, identifier=name
    ) -%}
    {{ return(relation if relation and has_columns_of(name, relation) else none) }}
{%- endmacro %}
