{#- Double expression: ln(1 - alpha), what a past load loses a day, from N days and how N becomes alpha. -#}
{% macro smoothing_rate(smoothing, days) -%}
    case {{ smoothing }}
        when 'exponential' then -1e0 / {{ days }}
        when 'one_over_n' then ln(1e0 - 1e0 / {{ days }})
        when 'two_over_n_plus_1' then ln(1e0 - 2e0 / ({{ days }} + 1e0))
    end
{%- endmacro %}
