{#-
    Condition: four weeks of history, four active days in them, and a mean load of 5 a day over the
    chronic days, without which a ratio is noise: `chronic_load` in `days`.
-#}
{% macro acwr_is_known(chronic_load, days) -%}
    day_index >= 27 and active_days_28d >= 4 and {{ chronic_load }} >= {{ days }} * 5e0
{%- endmacro %}
