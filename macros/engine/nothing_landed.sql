{#- Nothing, or an error before the first model if nothing was imported: each of eight would say it. -#}
{% macro nothing_landed() -%}
    {%- if execute and flags.WHICH in ('build', 'run') and 'model.stride.landed_activities' in selected_resources -%}
    {{ return(adapter.dispatch('nothing_landed')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__nothing_landed() -%}
    {%- set folder = landing_path() | replace("'", "''") ~ '/activities' -%}
    {%- set pattern = folder | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    {%- set files = run_query("select count(*) from glob('" ~ pattern ~ "/*.parquet')") -%}
    {#- One file holds the columns alone. -#}
    {%- if files.rows[0][0] < 2 -%}
        {{ exceptions.raise_compiler_error(
            "Nothing has been imported yet: there is no Parquet file in " ~ folder
            ~ ". Run `stride import PATH --athlete ID --timezone ZONE` first."
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__nothing_landed() -%}
{%- endmacro %}
