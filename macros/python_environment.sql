{#-
    Pre-hook, without a statement: settings of a Python model that runs on another machine. Set here, and
    not in dbt_project.yml, as the dbt 2 engine refuses these settings there.
-#}
{% macro python_environment() -%}
    {%- if execute and model.get('language') == 'python' -%}
        {%- do model.config.update(python_settings(model.config.submission_method)) -%}
    {%- endif -%}
{%- endmacro %}
