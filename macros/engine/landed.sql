{#- Relation: every row of a kind that `stride import` landed, from all its Parquet files. -#}
{% macro landed(name) -%}
    {%- do source('landing', name) -%}
    {{ return(adapter.dispatch('landed')(landing_path() | replace("'", "''") ~ '/' ~ name)) }}
{%- endmacro %}

{% macro duckdb__landed(path) -%}
    {#- A folder may be called [club]; brackets, * and ? are a pattern to DuckDB. -#}
    {%- set pattern = path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set files = run_query("select count(*) from glob('" ~ pattern ~ "/*.parquet')") -%}
        {#- One file holds the columns alone; every kind has it as soon as anything was landed. -#}
        {%- if files.rows[0][0] < (2 if path.endswith('/activities') else 1) -%}
            {{ exceptions.raise_compiler_error(
                "Nothing has been imported yet: there is no Parquet file in " ~ path
                ~ ". Run `stride import PATH --athlete ID --timezone ZONE` first."
            ) }}
        {%- endif -%}
    {%- endif -%}
    read_parquet('{{ pattern }}/*.parquet', union_by_name = true)
{%- endmacro %}

{#- As a streaming table, each file is read once, by Auto Loader. -#}
{% macro databricks__landed(path) -%}
    {{ 'stream ' if config.get('materialized') == 'streaming_table' }}read_files('{{ path }}', format => 'parquet', mergeSchema => 'true')
{%- endmacro %}
