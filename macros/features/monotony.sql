{#-
    Double expression: Foster's monotony, the mean of seven daily loads over their standard
    deviation (of the population: ddof = 0). Even weeks are capped at 10, weeks of rest have none.
-#}
{% macro monotony(load_7d, load_sd_7d, day_index) -%}
    case
        when {{ day_index }} < 6 or {{ load_7d }} <= 0e0 then null
        when {{ load_sd_7d }} * 10e0 <= {{ load_7d }} / 7e0 then 10e0
        else {{ load_7d }} / 7e0 / {{ load_sd_7d }}
    end
{%- endmacro %}
