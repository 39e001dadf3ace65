{#-
    Boolean at compile time: true if the var `knowledge_mode` is `as_known` (features as they were
    known on the morning of a race), false if it is `as_if_known_at_once`.
-#}
{% macro is_as_known() -%}
    {%- set mode = var('knowledge_mode') -%}
    {%- if mode not in ('as_known', 'as_if_known_at_once') -%}
    {{ exceptions.raise_compiler_error("The var knowledge_mode is '" ~ mode ~ "': write as_known or as_if_known_at_once.") }}
    {%- endif -%}
    {{ return(mode == 'as_known') }}
{%- endmacro %}
