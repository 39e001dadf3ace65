{#- Double expression: speed of one hour's race, m/s, from a distance in metres and its time, by Riegel. -#}
{% macro hour_speed(distance_m, time_s) -%}
    {{ distance_m }} * power(3600e0 / {{ time_s }}, 1e0 / {{ riegel_exponent() }}) / 3600e0
{%- endmacro %}
