{#- Condition: a value is above or below a limit, depending on the rule's `bound`; null for no value. -#}
{% macro is_beyond(value, limit_value) -%}
    case when bound = 'above' then {{ value }} > {{ limit_value }} else {{ value }} < {{ limit_value }} end
{%- endmacro %}
