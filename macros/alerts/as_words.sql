{#- String expression: a number formatted for the text of an alert, by the rule's `unit`. -#}
{% macro as_words(value) -%}
    case unit
        when 'percent_over' then cast(cast(round(100e0 * ({{ value }} - 1e0)) as bigint) as string)
        when 'percent' then cast(cast(round(100e0 * {{ value }}) as bigint) as string)
        when 'days' then cast(cast(round({{ value }}) as bigint) as string)
        else cast(round({{ value }}, 1) as string)
    end
{%- endmacro %}
