{#- Condition: a number is another one than before, by more than the rounding of a sum. -#}
{% macro has_changed(now, before) -%}
    (
        ({{ now }} is null) <> ({{ before }} is null)
        or abs({{ now }} - {{ before }}) > 1e-9 * greatest(1e0, abs({{ before }}))
    )
{%- endmacro %}
