{#-
    Folder of the landed files: below STRIDE_HOME, or a Databricks volume set by STRIDE_LANDING. Jobs
    of the bundle set the var stride_landing; dbt Cloud only passes variables with the prefix DBT_.
-#}
{% macro landing_path() -%}
    {%- set local = env_var('STRIDE_HOME', 'data') ~ '/landing' -%}
    {%- set folder = env_var('STRIDE_LANDING', env_var('DBT_STRIDE_LANDING', local)) -%}
    {{ return(var('stride_landing', folder)) }}
{%- endmacro %}
