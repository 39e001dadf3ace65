{#-
    Dict: the columns of the athlete's state (`state_columns`), each with the name that it has for a
    race or a forecast. The form at the end of the day before is that with which the day begins.
-#}
{% macro state_inputs() -%}
    {%- set names = {} -%}
    {%- for column in state_columns() -%}
    {%- do names.update({column: 'tsb' if column == 'tsb_end_of_day' else column}) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
