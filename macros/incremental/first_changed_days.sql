{#-
    Query: the first day of each athlete whose rows are no longer what a published table was
    computed from. `rows` and `published_rows` hold athlete_id, mark_date and fingerprint, any
    number of rows a day, and `compared` what compared_marks says of them. Athletes are compared
    there, the days here only of those that differ, so an unchanged history costs one scan.
-#}
{% macro first_changed_days(rows, published_rows, compared) -%}
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
            select athlete_id from {{ compared }} where is_changed
        ) as changed on marks.athlete_id = changed.athlete_id
        group by marks.athlete_id, marks.mark_date
        having bit_xor(marks.fingerprint) <> 0
    ) as changed_days
    group by athlete_id
{%- endmacro %}
