{#- Folder of the landed files: below STRIDE_HOME, or a Databricks Volume by STRIDE_LANDING. -#}
{% macro landing_path() -%}
    {{ return(env_var('STRIDE_LANDING', env_var('STRIDE_HOME', 'data') ~ '/landing')) }}
{%- endmacro %}
