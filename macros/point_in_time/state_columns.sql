{#- List of columns: the athlete's state, as training and scoring take it from a day's features. -#}
{% macro state_columns() -%}
    {{ return([
        'days_of_history', 'ctl', 'atl', 'tsb_end_of_day', 'acwr', 'run_distance_7d_m',
        'run_distance_28d_m', 'run_distance_84d_m', 'longest_run_60d_m', 'best_1k_84d_s',
        'best_5k_84d_s', 'critical_speed_mps',
    ]) }}
{%- endmacro %}
