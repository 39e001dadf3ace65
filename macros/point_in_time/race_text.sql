{#-
    Text expression: an earlier race as `days ago:metres:seconds`, such as `14:10000.000:2712.00`.
    Text, as both engines, the registry and the logs take it; decimals, so that both write the same.
-#}
{% macro race_text(days_since, distance_m, race_time_s) -%}
    cast({{ days_since }} as string)
    || ':' || cast(cast({{ distance_m }} as decimal(12, 3)) as string)
    || ':' || cast(cast({{ race_time_s }} as decimal(12, 2)) as string)
{%- endmacro %}
