with

history as (

    select * from {{ ref('feature_history') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- Features can be used from the day after their day or after they became known, whichever is later.
dated as (

    select
        history.*,
        greatest(
            history.feature_date,
            cast({{ local_time('history.known_at', 'athletes.time_zone') }} as date)
        ) as usable_after

    from history
    inner join athletes on history.athlete_id = athletes.athlete_id

),

-- Of all that can be used by then, the latest day's state as known last.
ranked as (

    select
        *,
        row_number() over (
            partition by athlete_id, usable_after
            order by feature_date desc nulls last, known_at desc nulls last
        ) as newness,
        max(feature_date) over (
            partition by athlete_id
            order by usable_after asc nulls last
            range between unbounded preceding and current row
        ) as latest_date

    from dated

),

final as (

    select
        athlete_id,
        usable_after,
        feature_date,
        {% for column in state_columns() -%}
        {{ column }},
        {% endfor -%}
        known_at as state_known_at

    from ranked
    where newness = 1 and feature_date = latest_date

)

select * from final
