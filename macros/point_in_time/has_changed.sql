{#- Condition: two numbers differ by more than floating-point error, or only one is null. -#}
{% macro has_changed(now, before) -%}
    (
        ({{ now }} is null) <> ({{ before }} is null)
        or abs({{ now }} - {{ before }}) > 1e-9 * greatest(1e0, abs({{ before }}))
    )
{%- endmacro %}
