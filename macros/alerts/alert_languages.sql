{#- Languages of alerts: suffix of column names, and tag in the seed alert_texts. -#}
{% macro alert_languages() -%}
    {{ return({'en': 'en', 'pt': 'pt', 'pt_br': 'pt-BR'}) }}
{%- endmacro %}
