{#-
    Statement: delete the rows of a table that any row of others meets a condition with. `table` and
    `others` bring their aliases. MERGE is what every Delta Lake has for it; DELETE takes a subquery
    on some only.
-#}
{% macro delete_matching(table, others, condition) -%}
    {{ return(adapter.dispatch('delete_matching')(table, others, condition)) }}
{%- endmacro %}

{% macro duckdb__delete_matching(table, others, condition) -%}
    delete from {{ table }}
    where exists (select 1 from {{ others }} where {{ condition }})
{%- endmacro %}

{% macro spark__delete_matching(table, others, condition) -%}
    merge into {{ table }}
    using {{ others }}
    on {{ condition }}
    when matched then delete
{%- endmacro %}
