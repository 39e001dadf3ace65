{#-
    Audit of a batch before it is published: athletes whose days are not exactly those that the scope
    asks for, from the first day to recompute to the last, without a gap; and rows of nobody.
-#}
{% test covers_scope(model, scope, date_column) %}

select
    coalesce(scope.athlete_id, days.athlete_id) as athlete_id,
    scope.days_wanted,
    days.days_there
from (
    select
        athlete_id,
        greatest(first_day, history_day) as from_day,
        last_day,
        {{ days_between('greatest(first_day, history_day)', 'last_day') }} + 1 as days_wanted
    from {{ scope }}
    where history_day <= last_day and first_day <= last_day
) as scope
full outer join (
    select
        athlete_id,
        min({{ date_column }}) as from_day,
        max({{ date_column }}) as last_day,
        count(distinct {{ date_column }}) as days_there
    from {{ model }}
    group by athlete_id
) as days on scope.athlete_id = days.athlete_id
where
    days.days_there is distinct from scope.days_wanted
    or days.from_day is distinct from scope.from_day
    or days.last_day is distinct from scope.last_day

{% endtest %}
