{#-
    Date expression: the day the build stands on. The var `as_of_date`, or the day on which the
    run started where the athlete lives. No model asks the engine's clock, so a run is repeatable.
-#}
{% macro as_of_date(time_zone) -%}
    {%- set day = var('as_of_date', none) -%}
    {%- if day is none -%}
    cast({{ local_time("cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "' as timestamp)", time_zone) }} as date)
    {%- elif modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day | string) -%}
    cast('{{ day }}' as date)
    {%- else -%}
    {{ exceptions.raise_compiler_error("The var as_of_date is '" ~ day ~ "': write a day such as 2024-12-01.") }}
    {%- endif -%}
{%- endmacro %}
