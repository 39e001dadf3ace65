{#-
    Folder of the landed files: below STRIDE_HOME, or a Databricks Volume by STRIDE_LANDING; a job
    of the bundle names it by the var stride_landing.
-#}
{% macro landing_path() -%}
    {{ return(var('stride_landing', env_var('STRIDE_LANDING', env_var('STRIDE_HOME', 'data') ~ '/landing'))) }}
{%- endmacro %}
