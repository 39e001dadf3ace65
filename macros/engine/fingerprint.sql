{#-
    Bigint expression: the same for equal values, different for different ones. Engines differ in
    the value, and an engine may change it with a release: then everything is computed once more.
-#}
{% macro fingerprint(expressions) -%}
    {{ return(adapter.dispatch('fingerprint')(expressions)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(expressions) -%}
    cast(hash({{ expressions | join(', ') }}) >> 1 as bigint)
{%- endmacro %}

{#- Spark's hash passes over nulls, so that (1, null) and (null, 1) would be the same. -#}
{% macro spark__fingerprint(expressions) -%}
    xxhash64(
        {%- for expression in expressions %}
        {{ expression }} is null, {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
