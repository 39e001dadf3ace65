{#- Boolean literal: whether the run plays a moment of the past (stride replay). -#}
{% macro is_replay() -%}
    {{ 'true' if execute and env_var('STRIDE_RUN_AT', '') else 'false' }}
{%- endmacro %}
