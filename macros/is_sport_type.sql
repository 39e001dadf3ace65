{#- Condition: a source's name of a sport equals one of the seed sports, ignoring case and outer blanks. -#}
{% macro is_sport_type(said, sport_type) -%}
    lower(trim({{ said }})) = lower({{ sport_type }})
{%- endmacro %}
