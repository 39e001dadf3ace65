{#- Condition: four weeks of history, four active days in them and a mean load of 5 a day. -#}
{% macro acwr_is_known() -%}
    day_index >= 27 and active_days_28d >= 4 and load_28d >= 28 * 5e0
{%- endmacro %}
