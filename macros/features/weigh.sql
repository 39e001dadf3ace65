{#-
    Double expression: the sums of one to five weeks ago (columns `<measure>_1` to `<measure>_5`),
    each weighed by its age in weeks to a power. For a straight line fitted through weeks.
-#}
{% macro weigh(measure, power) -%}
    {%- for weeks in range(1, 6) -%}
    {{ ' + ' if not loop.first }}{{ weeks ** power }}e0 * {{ measure }}_{{ weeks }}
    {%- endfor -%}
{%- endmacro %}
