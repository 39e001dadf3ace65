{#-
    Bigint expression: 60 bits of the MD5 of a text. Unlike fingerprint it is the same in every version
    of every engine, so it can be kept.
-#}
{% macro checksum(text) -%}
    {{ return(adapter.dispatch('checksum')(text)) }}
{%- endmacro %}

{% macro duckdb__checksum(text) -%}
    cast('0x' || substring(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}

{% macro spark__checksum(text) -%}
    cast(conv(substring(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}
