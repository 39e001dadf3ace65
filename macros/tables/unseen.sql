{#-
    Condition: no row of the table has the `keys` of this row of `rows` yet. Append-only models use it
    to run repeatedly without duplicating or changing rows.
-#}
{% macro unseen(rows, keys) -%}
    {%- if is_incremental() -%}
    not exists (
        select 1
        from {{ this }} as seen
        where
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}seen.{{ key }} = {{ rows }}.{{ key }}
            {%- endfor %}
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
