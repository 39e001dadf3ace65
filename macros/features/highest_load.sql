{#- Double expression: the highest load of so many hours; more is no effort but a wrong threshold or sensor. -#}
{% macro highest_load(hours) -%}
    225e0 * ({{ hours }})
{%- endmacro %}
