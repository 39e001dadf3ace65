{#-
    Bigint expression: the same for equal values, different for different ones. Engines differ in
    the value, and an engine may change it with a release: then everything is computed once more.
    Fingerprints are combined by XOR, so a change of one value must not be the same bits whatever
    the others are: it would cancel out in an even number of rows.
-#}
{% macro fingerprint(expressions) -%}
    {{ return(adapter.dispatch('fingerprint')(expressions)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(expressions) -%}
    {#- DuckDB's hash of several ends with an XOR of the last one's: the outer hash stirs that in. #}
    cast(hash(hash({{ expressions | join(', ') }})) >> 1 as bigint)
{%- endmacro %}

{#- Spark's hash passes over nulls, so that (1, null) and (null, 1) would be the same. -#}
{% macro spark__fingerprint(expressions) -%}
    xxhash64(
        {%- for expression in expressions %}
        {{ expression }} is null, {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
