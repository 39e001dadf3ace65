{#- Double expression: heart rate as a share of the reserve between rest and highest, kept in 0 to 1. -#}
{% macro reserve_share(bpm, resting_hr_bpm, max_hr_bpm) -%}
    greatest(0e0, least(1e0,
        ({{ bpm }} - {{ resting_hr_bpm }}) / nullif({{ max_hr_bpm }} - {{ resting_hr_bpm }}, 0e0)
    ))
{%- endmacro %}
