{#- Double expression: seconds from `first_time` to `last_time`; negative if it lies before. -#}
{% macro seconds_between(first_time, last_time) -%}
    {{ return(adapter.dispatch('seconds_between')(first_time, last_time)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(first_time, last_time) -%}
    (epoch_us({{ last_time }}) - epoch_us({{ first_time }})) / 1e6
{%- endmacro %}

{% macro spark__seconds_between(first_time, last_time) -%}
    (unix_micros({{ last_time }}) - unix_micros({{ first_time }})) / 1e6
{%- endmacro %}
