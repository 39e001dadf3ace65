{#- String literal of a text on one line, without backslashes, which engines interpret differently. -#}
{% macro text_literal(text) -%}
    '{{ text.replace('\\', '/').split() | join(' ') | replace("'", "’") }}'
{%- endmacro %}
