{#-
    Text expression: an earlier race as `days ago:metres:seconds`, such as `14:10000.000:2712.00`.
    Text, because it is supported by both engines, the registry and the logs. Values are rounded before
    the cast to decimal, because engines truncate differently.
-#}
{% macro race_text(days_since, distance_m, race_time_s) -%}
    cast({{ days_since }} as string)
    || ':' || cast(cast(floor({{ distance_m }} * 1e3 + 0.5e0) / 1e3 as decimal(12, 3)) as string)
    || ':' || cast(cast(floor({{ race_time_s }} * 1e2 + 0.5e0) / 1e2 as decimal(12, 2)) as string)
{%- endmacro %}
