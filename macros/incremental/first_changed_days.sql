{#-
    Query: the first day of each athlete whose rows are no longer what a published table was
    computed from. `rows` and `published_rows` hold athlete_id, mark_date and fingerprint, any
    number of rows a day, and `<name>_by_athlete` what marks_by_athlete says of them. Equal
    fingerprints cancel out under XOR: what is left over has changed. Athletes are compared first,
    the days only of those that differ, so an unchanged history costs one scan.
-#}
{% macro first_changed_days(rows, published_rows) -%}
    select
        athlete_id,
        min(mark_date) as first_changed_day

    from (
        select
            marks.athlete_id,
            marks.mark_date

        from (
            select athlete_id, mark_date, fingerprint from {{ rows }}
            union all
            select athlete_id, mark_date, fingerprint from {{ published_rows }}
        ) as marks
        inner join (
            select coalesce(now.athlete_id, earlier.athlete_id) as athlete_id

            from {{ rows }}_by_athlete as now
            full outer join {{ published_rows }}_by_athlete as earlier
                on now.athlete_id = earlier.athlete_id
            where coalesce(now.fingerprint, 0) <> coalesce(earlier.fingerprint, 0)
        ) as changed on marks.athlete_id = changed.athlete_id
        group by marks.athlete_id, marks.mark_date
        having bit_xor(marks.fingerprint) <> 0
    ) as changed_days
    group by athlete_id
{%- endmacro %}
