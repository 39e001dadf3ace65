{#- Double expression: Edwards' points a minute, 1 to 5 by tenths of the highest heart rate from half of it. -#}
{% macro edwards_points(max_hr_share) -%}
    case
        when {{ max_hr_share }} < 0.5e0 then 0e0
        when {{ max_hr_share }} < 0.6e0 then 1e0
        when {{ max_hr_share }} < 0.7e0 then 2e0
        when {{ max_hr_share }} < 0.8e0 then 3e0
        when {{ max_hr_share }} < 0.9e0 then 4e0
        else 5e0
    end
{%- endmacro %}
