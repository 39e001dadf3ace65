{#-
    Dict, by name: settings of a Python model on a kind of compute. It installs the pins of
    requirements-databricks.txt and the wheel, and resolves nothing: the pins are complete, and leave out
    what NannyML wants and Stride does not use.
-#}
{% macro python_settings(compute) -%}
    {{- return(adapter.dispatch('python_settings')(compute)) -}}
{%- endmacro %}

{% macro duckdb__python_settings(compute) -%}
    {{- return({}) -}}
{%- endmacro %}

{% macro spark__python_settings(compute) -%}
    {%- set pins = var('stride_pins', env_var('STRIDE_PINS', env_var('DBT_STRIDE_PINS', 'STRIDE_PINS_is_not_set.txt'))) -%}
    {%- set wheel = var('stride_wheel', env_var('STRIDE_WHEEL', env_var('DBT_STRIDE_WHEEL', 'STRIDE_WHEEL_is_not_set.whl'))) -%}
    {%- set settings = {
        'packages': ['--no-deps', '-r', pins, wheel],
        'notebook_scoped_libraries': true,
    } -%}
    {%- if compute == 'serverless_cluster' -%}
        {%- set environment = {'environment_key': 'stride', 'spec': {'environment_version': '4'}} -%}
        {%- do settings.update({
            'environment_key': 'stride',
            'python_job_config': {'environments': [environment]},
        }) -%}
    {%- endif -%}
    {{- return(settings) -}}
{%- endmacro %}
