{#-
    Date expression: the day the build stands on. The var `as_of_date`, or STRIDE_AS_OF, or the day on
    which the run started where the athlete lives. No model asks the engine's clock, so a run is
    repeatable. The environment is read when the query is compiled and not when the project is parsed:
    dbt then keeps what it parsed, whatever the day; other --vars make it parse everything anew.
-#}
{% macro as_of_date(time_zone) -%}
    {%- set day = var('as_of_date', none) or (env_var('STRIDE_AS_OF', '') if execute) or none -%}
    {%- if day is none -%}
    cast({{ local_time("cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "' as timestamp)", time_zone) }} as date)
    {%- elif modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day | string) -%}
    cast('{{ day }}' as date)
    {%- else -%}
    {{ exceptions.raise_compiler_error(('The var as_of_date' if var('as_of_date', none) else 'STRIDE_AS_OF') ~ " is '" ~ day ~ "': write a day such as 2024-12-01.") }}
    {%- endif -%}
{%- endmacro %}
