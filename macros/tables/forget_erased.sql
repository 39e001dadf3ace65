{#-
    Statement, for a hook: delete an append-only table's rows that tell of an athlete from before
    they were erased. Other tables lose them by being built; `stride erase` does it here at once,
    and a build does it on Databricks. Not a ref: a hook makes no edge, and bronze is built before.
-#}
{% macro forget_erased(known_at) -%}
    {%- set erasures = api.Relation.create(
        database=target.database, schema='bronze', identifier='landed_erasures'
    ) -%}
    delete from {{ this }} as kept
    where exists (
        select 1
        from {{ erasures }} as erasures
        where
            erasures.athlete_hash = {{ sha256('kept.athlete_id') }}
            and erasures.ingested_at >= kept.{{ known_at }}
    )
{%- endmacro %}
