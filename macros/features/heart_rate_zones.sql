{#-
    List: five zones by share of the LTHR (Coggan: 68, 83, 94, 105 %), half-open, the lower edge
    included. They cover every heart rate, so the time in them adds up to all of it.
-#}
{% macro heart_rate_zones() -%}
    {{ return([
        {'number': 1, 'condition': 'lthr_share < 0.68e0'},
        {'number': 2, 'condition': 'lthr_share >= 0.68e0 and lthr_share < 0.83e0'},
        {'number': 3, 'condition': 'lthr_share >= 0.83e0 and lthr_share < 0.94e0'},
        {'number': 4, 'condition': 'lthr_share >= 0.94e0 and lthr_share < 1.05e0'},
        {'number': 5, 'condition': 'lthr_share >= 1.05e0'},
    ]) }}
{%- endmacro %}
