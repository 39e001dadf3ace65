{#- Condition: what a source calls a sport is that of the seed sports, case and outer blanks apart. -#}
{% macro is_sport_type(said, sport_type) -%}
    lower(trim({{ said }})) = lower({{ sport_type }})
{%- endmacro %}
