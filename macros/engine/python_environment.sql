{#-
    Pre-hook, without a statement: what a Python model runs in, where that is another machine. It installs
    the pins of requirements-databricks.txt and the wheel, and resolves nothing: the pins are complete,
    and leave out what NannyML wants and Stride does not use. Set here, and not in dbt_project.yml,
    as the dbt 2 engine refuses these settings there.
-#}
{% macro python_environment() -%}
    {%- if execute and model.get('language') == 'python' -%}
        {{- adapter.dispatch('python_environment')() -}}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__python_environment() -%}{%- endmacro %}

{% macro spark__python_environment() -%}
    {%- set wheel = var('stride_wheel', env_var('STRIDE_WHEEL', env_var('DBT_STRIDE_WHEEL', 'STRIDE_WHEEL_is_not_set.whl'))) -%}
    {%- set pins = var('stride_pins', env_var('STRIDE_PINS', env_var('DBT_STRIDE_PINS', 'STRIDE_PINS_is_not_set.txt'))) -%}
    {%- do model.config.update({
        'notebook_scoped_libraries': true,
        'packages': ['--no-deps', '-r', pins, wheel],
    }) -%}
    {%- if model.config.submission_method == 'serverless_cluster' -%}
        {%- do model.config.update({
            'environment_key': 'stride',
            'python_job_config': {
                'environments': [{'environment_key': 'stride', 'spec': {'environment_version': '4'}}],
            },
        }) -%}
    {%- endif -%}
{%- endmacro %}
