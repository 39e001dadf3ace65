{#- Audit of a batch of activities: those of the scope that are missing, and those it does not name. -#}
{% test same_activities(model, scope, activities) %}

with

wanted as (
    select
        activities.athlete_id,
        activities.activity_id
    from {{ activities }} as activities
    inner join {{ scope }} as scope
        on activities.athlete_id = scope.athlete_id
        and activities.activity_date >= scope.first_day
)

select
    coalesce(wanted.athlete_id, batch.athlete_id) as athlete_id,
    coalesce(wanted.activity_id, batch.activity_id) as activity_id
from wanted
full outer join {{ model }} as batch
    on wanted.athlete_id = batch.athlete_id
    and wanted.activity_id = batch.activity_id
where
    wanted.activity_id is null
    or batch.activity_id is null

{% endtest %}
