{#-
    Folder of the landed files: below STRIDE_HOME, or a Databricks Volume by STRIDE_LANDING; a job
    of the bundle names it by the var stride_landing. dbt Cloud knows only variables with DBT_.
-#}
{% macro landing_path() -%}
    {%- set local = env_var('STRIDE_HOME', 'data') ~ '/landing' -%}
    {%- set folder = env_var('STRIDE_LANDING', env_var('DBT_STRIDE_LANDING', local)) -%}
    {{ return(var('stride_landing', folder)) }}
{%- endmacro %}
