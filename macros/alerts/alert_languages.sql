{#- Languages of alerts: the end of a column's name, and the tag in the seed alert_texts. -#}
{% macro alert_languages() -%}
    {{ return({'en': 'en', 'pt': 'pt', 'pt_br': 'pt-BR'}) }}
{%- endmacro %}
