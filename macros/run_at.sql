{#-
    Timestamp literal, UTC: the moment the run stands for. The start of the run, or in a replay the
    moment it plays (STRIDE_RUN_AT, as in stride.clock). No model asks the engine's clock. Read when the
    query is compiled, so that another moment leaves what dbt parsed as it is.
-#}
{% macro run_at() -%}
    {%- set moment = (env_var('STRIDE_RUN_AT', '') if execute) or run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}', moment) -%}
    {{ exceptions.raise_compiler_error("STRIDE_RUN_AT is '" ~ moment ~ "': write a moment in UTC such as 2024-12-01 05:00:00.") }}
    {%- endif -%}
    cast('{{ moment }}' as timestamp)
{%- endmacro %}
