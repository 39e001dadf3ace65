{#-
    What dbt puts between the name and the query of a table with a contract: its columns, with NOT
    NULL. A key is left out: Unity Catalog keeps it as knowledge, DuckDB would enforce it by an
    index, where the tests hold the grain already, and does not know TIMESERIES.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=model['columns']) | join(', ') }})
{%- endmacro %}
