{#-
    Condition: no row of the table has the `keys` of this row of `rows` yet. An append-only model
    that filters by it can run any number of times: what stands is never doubled, never changed.
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
