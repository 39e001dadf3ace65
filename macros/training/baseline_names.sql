{#- List of names: the baselines that a model is compared with; each is a column `<name>_time_s`. -#}
{% macro baseline_names() -%}
    {{ return([
        'riegel', 'segments', 'vdot', 'same_distance', 'median', 'vickers_one', 'vickers_two',
    ]) }}
{%- endmacro %}
