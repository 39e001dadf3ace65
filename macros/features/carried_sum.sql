{#-
    What the decayed sums at the ends of earlier blocks still weigh at the end of this one.
    Three blocks back, 1,536 days, a load weighs exp(-36) at tau = 42: below double precision.
-#}
{% macro carried_sum(measure, tau_days) -%}
    {{ measure }}
    {%- for blocks in [1, 2, 3] %}
    + coalesce(lag({{ measure }}, {{ blocks }}) over blocks_in_order, 0e0) * exp(-{{ 512 * blocks }} / {{ tau_days }}e0)
    {%- endfor %}
{%- endmacro %}
