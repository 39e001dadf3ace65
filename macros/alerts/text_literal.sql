{#- String literal of any text, on one line and without backslashes, which engines read differently. -#}
{% macro text_literal(text) -%}
    '{{ text.replace('\\', '/').split() | join(' ') | replace("'", "’") }}'
{%- endmacro %}
