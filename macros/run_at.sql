{#-
    Timestamp literal, UTC: the moment the run stands for. The start of the run, or in a replay the
    moment it plays (var `run_at`). No model asks the engine's clock.
-#}
{% macro run_at() -%}
    {%- set moment = var('run_at', none) -%}
    {%- if moment is none -%}
    cast('{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S') }}' as timestamp)
    {%- elif modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}', moment | string) -%}
    cast('{{ moment }}' as timestamp)
    {%- else -%}
    {{ exceptions.raise_compiler_error("The var run_at is '" ~ moment ~ "': write a moment in UTC such as 2024-12-01 05:00:00.") }}
    {%- endif -%}
{%- endmacro %}
