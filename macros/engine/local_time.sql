{#- Timestamp expression: what a clock in `time_zone` shows at `utc_time`. -#}
{% macro local_time(utc_time, time_zone) -%}
    {{ return(adapter.dispatch('local_time')(utc_time, time_zone)) }}
{%- endmacro %}

{% macro duckdb__local_time(utc_time, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ utc_time }}))
{%- endmacro %}

{% macro spark__local_time(utc_time, time_zone) -%}
    from_utc_timestamp({{ utc_time }}, {{ time_zone }})
{%- endmacro %}
