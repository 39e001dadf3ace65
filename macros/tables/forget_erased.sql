{#-
    Statement, for a hook: delete an append-only table's rows that tell of an athlete from before
    they were erased. Other tables lose them by being built; `stride erase` does it here at once,
    and a build does it on Databricks. Not a ref, as a hook makes no edge: before the first build of
    bronze there is nothing to forget.
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
