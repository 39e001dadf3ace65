{#- Query: one row per athlete: first and last day of `rows`, and their fingerprints in one. -#}
{% macro marks_by_athlete(rows) -%}
    select
        athlete_id,
        min(mark_date) as first_mark,
        max(mark_date) as last_mark,
        coalesce(bit_xor(fingerprint), 0) as fingerprint

    from {{ rows }}
    group by athlete_id
{%- endmacro %}
