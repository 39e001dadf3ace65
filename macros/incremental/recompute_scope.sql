{#-
    Query: one row per athlete whose published days are not what `rows` would give now, with the
    days to compute anew. The first three are those of first_changed_days, `last_days` holds the
    day up to which each athlete's days must run. A day that was not published yet and one that is
    no more count as changed, so moving the as-of date on or back needs no rebuild.
-#}
{% macro recompute_scope(rows, published_rows, compared, last_days) -%}
    select
        athletes.athlete_id,
        cast(row_number() over (order by athletes.athlete_id asc nulls last) as bigint)
            as athlete_number,
        athletes.history_day,
        least(changed.first_changed_day, athletes.first_missing_day) as first_day,
        athletes.last_day

    from (
        select
            coalesce({{ last_days }}.athlete_id, {{ compared }}.athlete_id) as athlete_id,
            {{ last_days }}.last_day,
            {{ compared }}.first_mark as history_day,
            case
                when {{ compared }}.published_day <> {{ last_days }}.last_day
                    then {{ days_after(
                        'least(' ~ compared ~ '.published_day, ' ~ last_days ~ '.last_day)', 1
                    ) }}
            end as first_missing_day

        from {{ last_days }}
        full outer join {{ compared }} on {{ last_days }}.athlete_id = {{ compared }}.athlete_id
    ) as athletes
    left join (
        {{ first_changed_days(rows, published_rows, compared) }}
    ) as changed on athletes.athlete_id = changed.athlete_id
    where coalesce(changed.first_changed_day, athletes.first_missing_day) is not null
{%- endmacro %}
