{#-
    Statement, for a hook: delete the rows of erased athletes from an append-only table, except rows
    ingested after the erasure. Other tables lose these rows when they are rebuilt. `stride erase`
    removes them from DuckDB at once; on Databricks the next build does. The macro has no ref, because
    a hook adds no edge; before the first build of bronze there is nothing to delete.
-#}
{% macro forget_erased(known_at) -%}
    {%- set erasures = adapter.get_relation(
        database=target.database, schema=generate_schema_name('bronze') | trim, identifier='landed_erasures'
    ) if execute -%}
    {%- set latest -%}
    (
        select
            athlete_hash,
            max(ingested_at) as erased_at
        from {{ erasures }}
        group by athlete_hash
    ) as erased
    {%- endset -%}
    {%- if erasures -%}
    {{ delete_matching(
        this ~ ' as kept',
        latest,
        'erased.athlete_hash = ' ~ sha256('kept.athlete_id')
            ~ ' and erased.erased_at >= kept.' ~ known_at
    ) }}
    {%- endif -%}
{%- endmacro %}
