{#-
    Query: one row per athlete whose published days are not what `rows` would give now, with the
    days to compute anew. `rows` and `published_rows` are those of first_changed_days, `last_days`
    holds the day up to which each athlete's days must run. A day that was not published yet and
    one that is no more count as changed, so moving the as-of date on or back needs no rebuild.
-#}
{% macro recompute_scope(rows, published_rows, last_days) -%}
    select
        athletes.athlete_id,
        cast(row_number() over (order by athletes.athlete_id asc nulls last) as bigint)
            as athlete_number,
        histories.first_mark as history_day,
        least(changed.first_changed_day, athletes.first_missing_day) as first_day,
        athletes.last_day

    from (
        select
            coalesce({{ last_days }}.athlete_id, ends.athlete_id) as athlete_id,
            {{ last_days }}.last_day,
            case
                when ends.last_mark <> {{ last_days }}.last_day
                    then {{ days_after('least(ends.last_mark, ' ~ last_days ~ '.last_day)', 1) }}
            end as first_missing_day

        from {{ last_days }}
        full outer join {{ published_rows }}_by_athlete as ends
            on {{ last_days }}.athlete_id = ends.athlete_id
    ) as athletes
    left join {{ rows }}_by_athlete as histories on athletes.athlete_id = histories.athlete_id
    left join (
        {{ first_changed_days(rows, published_rows) }}
    ) as changed on athletes.athlete_id = changed.athlete_id
    where coalesce(changed.first_changed_day, athletes.first_missing_day) is not null
{%- endmacro %}
