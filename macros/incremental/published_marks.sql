{#- Query: athlete_id, mark_date and fingerprint of a published table's rows; no row before the first run. -#}
{% macro published_marks(name, day, fingerprint='fingerprint') -%}
    {%- set relation = published(name) -%}
    select
        {%- if relation %}
        athlete_id,
        {{ day }} as mark_date,
        {{ fingerprint }} as fingerprint

    from {{ relation }}
        {%- else %}
        cast(null as string) as athlete_id,
        cast(null as date) as mark_date,
        cast(null as bigint) as fingerprint

    where false
        {%- endif %}
{%- endmacro %}
