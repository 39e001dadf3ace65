{#- List: load methods to compare, each with a better one; loads by duration are no measurement. -#}
{% macro load_method_pairs() -%}
    {{ return([
        ('pace', 'power'), ('heart_rate', 'power'), ('rpe', 'power'),
        ('heart_rate', 'pace'), ('rpe', 'pace'), ('heart_rate', 'swim'), ('rpe', 'swim'),
        ('rpe', 'heart_rate'),
    ]) }}
{%- endmacro %}
