{#-
    Double expression: Lucia's points a minute, 1 to 3 below, between and above the two ventilatory
    thresholds. Approximate: without a laboratory they are taken at 89 and 100 % of the LTHR.
-#}
{% macro lucia_points(lthr_share) -%}
    case when {{ lthr_share }} < 0.89e0 then 1e0 when {{ lthr_share }} < 1e0 then 2e0 else 3e0 end
{%- endmacro %}
