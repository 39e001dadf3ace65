{#-
    Query: one row per athlete of two sets of marks: the first and the last day now, the last day as
    published, and whether the fingerprints differ. Equal ones cancel out under XOR, so a
    fingerprint has to hold what its row is and its day: else values that change places, or one
    that comes twice, would go unseen. The day is not added here, where a day's activities must
    come out as the day that was made of them.
-#}
{% macro compared_marks(rows, published_rows) -%}
    select
        coalesce(now.athlete_id, earlier.athlete_id) as athlete_id,
        now.first_mark,
        now.last_mark,
        earlier.last_mark as published_day,
        coalesce(now.fingerprint, 0) <> coalesce(earlier.fingerprint, 0) as is_changed

    from (
        select
            athlete_id,
            min(mark_date) as first_mark,
            max(mark_date) as last_mark,
            bit_xor(fingerprint) as fingerprint

        from {{ rows }}
        group by athlete_id
    ) as now
    full outer join (
        select
            athlete_id,
            max(mark_date) as last_mark,
            bit_xor(fingerprint) as fingerprint

        from {{ published_rows }}
        group by athlete_id
    ) as earlier on now.athlete_id = earlier.athlete_id
{%- endmacro %}
