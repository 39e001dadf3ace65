{#- Relation: every row of a kind that `stride import` landed, from all its Parquet files. -#}
{% macro landed(name) -%}
    {%- do source('landing', name) -%}
    {{ return(adapter.dispatch('landed')(landing_path() | replace("'", "''") ~ '/' ~ name)) }}
{%- endmacro %}

{% macro duckdb__landed(path) -%}
    {#- A folder may be called [club]; brackets, * and ? are a pattern to DuckDB. -#}
    {%- set pattern = path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    read_parquet('{{ pattern }}/*.parquet', union_by_name = true)
{%- endmacro %}

{#- As a streaming table, each file is read once, by Auto Loader. -#}
{% macro databricks__landed(path) -%}
    {{ 'stream ' if config.get('materialized') == 'streaming_table' }}read_files('{{ path }}', format => 'parquet', mergeSchema => 'true')
{%- endmacro %}
