{#-
    Double expression: heart rate as a share of the reserve between rest and highest, kept in 0 to 1.
    Null without a heart rate or a reserve: `greatest` and `least` pass over nulls, and would say 1.
-#}
{% macro reserve_share(bpm, resting_hr_bpm, max_hr_bpm) -%}
    case
        when {{ bpm }} is not null and {{ max_hr_bpm }} > {{ resting_hr_bpm }}
            then greatest(0e0, least(1e0,
                ({{ bpm }} - {{ resting_hr_bpm }}) / ({{ max_hr_bpm }} - {{ resting_hr_bpm }})
            ))
    end
{%- endmacro %}
