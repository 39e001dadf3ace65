{#- Athletes whose days have a gap, or end before the as-of date although they are not held. -#}
{% test no_missing_days(model, date_column, held) %}

with

held as (

    select athlete_id from {{ held }}

)

select
    days.athlete_id,
    athletes.as_of_date,
    count(*) as days_there
from {{ model }} as days
inner join {{ ref('athletes') }} as athletes on days.athlete_id = athletes.athlete_id
left join held on days.athlete_id = held.athlete_id
group by days.athlete_id, athletes.as_of_date
having
    (max(days.{{ date_column }}) <> athletes.as_of_date and count(held.athlete_id) = 0)
    or count(*) <> {{ days_between('min(days.' ~ date_column ~ ')', 'max(days.' ~ date_column ~ ')') }} + 1

{% endtest %}
