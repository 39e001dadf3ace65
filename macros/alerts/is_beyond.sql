{#- Condition: a value lies above or below a limit, as the rule's `bound` says. Null for no value. -#}
{% macro is_beyond(value, limit_value) -%}
    case when bound = 'above' then {{ value }} > {{ limit_value }} else {{ value }} < {{ limit_value }} end
{%- endmacro %}
