{#- Condition: a heart rate that a heart can have; beyond 0.7 of rest and 1.5 of the highest it is the sensor that failed. -#}
{% macro is_heart_rate(bpm, resting_hr_bpm, max_hr_bpm) -%}
    {{ bpm }} >= 0.7e0 * {{ resting_hr_bpm }} and {{ bpm }} <= 1.5e0 * {{ max_hr_bpm }}
{%- endmacro %}
