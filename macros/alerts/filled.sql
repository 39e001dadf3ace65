{#-
    String expression: a text with its {placeholders} replaced by `numbers` (name to string
    expression). Missing numbers become a question mark. Portuguese has a decimal comma.
-#}
{% macro filled(text, numbers, language) -%}
    {%- set state = namespace(text=text) -%}
    {%- for name, number in numbers.items() -%}
    {%- set number = "replace(" ~ number ~ ", '.', ',')" if language[:2] == 'pt' else number -%}
    {%- set state.text = "replace(" ~ state.text ~ ", '{" ~ name ~ "}', coalesce(" ~ number ~ ", '?'))" -%}
    {%- endfor -%}
    {{ state.text }}
{%- endmacro %}
