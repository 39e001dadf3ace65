{#- Athletes whose days have a gap, or do not reach the as-of date. -#}
{% test no_missing_days(model, date_column) %}

select
    days.athlete_id,
    athletes.as_of_date,
    count(*) as days_there
from {{ model }} as days
inner join {{ ref('athletes') }} as athletes on days.athlete_id = athletes.athlete_id
group by days.athlete_id, athletes.as_of_date
having
    max(days.{{ date_column }}) <> athletes.as_of_date
    or count(*) <> {{ days_between('min(days.' ~ date_column ~ ')', 'athletes.as_of_date') }} + 1

{% endtest %}
