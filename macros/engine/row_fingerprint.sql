{#-
    Bigint expression: the same for equal rows, different for different ones; `row` is the name of a
    table of the query. Engines differ in the value, and an engine may change it with a release: then
    everything is computed once more. Fingerprints are combined by XOR, so a change of one value must
    not be the same bits whatever the others are: it would cancel out in an even number of rows.
-#}
{% macro row_fingerprint(row) -%}
    {{ return(adapter.dispatch('row_fingerprint')(row)) }}
{%- endmacro %}

{% macro duckdb__row_fingerprint(row) -%}
    {#- DuckDB's hash of a row ends with an XOR of the last value's: the outer hash stirs that in. #}
    cast(hash(hash({{ row }})) >> 1 as bigint)
{%- endmacro %}

{#- As text, since Spark's hash passes over nulls: (1, null) and (null, 1) would be the same. -#}
{% macro spark__row_fingerprint(row) -%}
    xxhash64(to_json(struct({{ row }}.*)))
{%- endmacro %}
