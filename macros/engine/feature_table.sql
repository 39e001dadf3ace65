{#-
    Statements, for a hook: make a table a feature table of Unity Catalog, with a primary key whose
    time column is marked TIMESERIES, and put its tags on it. Nothing on other engines. Not a
    constraint of the model: dbt would write it without TIMESERIES, and DuckDB would enforce it.
-#}
{% macro feature_table(keys, time_key) -%}
    {{ return(adapter.dispatch('feature_table')(keys, time_key)) }}
{%- endmacro %}

{% macro duckdb__feature_table(keys, time_key) -%}{%- endmacro %}

{#- A plain Spark has no catalog that keeps keys. -#}
{% macro spark__feature_table(keys, time_key) -%}{%- endmacro %}

{% macro databricks__feature_table(keys, time_key) -%}
    {%- if execute -%}
        {%- set found = run_query(
            "select count(*) from `" ~ this.database ~ "`.information_schema.table_constraints"
            ~ " where table_schema = '" ~ this.schema ~ "' and table_name = '" ~ this.identifier
            ~ "' and constraint_type = 'PRIMARY KEY'"
        ) -%}
        {#- A table that was built anew has lost its key; one that stands keeps it. -#}
        {%- if found.rows[0][0] | int == 0 -%}
            {%- for column in keys + [time_key] -%}
                {%- do run_query("alter table " ~ this ~ " alter column " ~ column ~ " set not null") -%}
            {%- endfor -%}
            {%- do run_query(
                "alter table " ~ this ~ " add constraint pk_" ~ this.identifier ~ " primary key ("
                ~ keys | join(', ') ~ ", " ~ time_key ~ " timeseries)"
            ) -%}
        {%- endif -%}
        {%- set tags = config.get('databricks_tags', {}) -%}
        {%- if tags -%}
            {%- do apply_tags(this.incorporate(type='table'), tags) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
