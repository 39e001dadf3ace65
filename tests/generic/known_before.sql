{#-
    Rows of the past whose state came to be known on their `day` or later. Under the var
    knowledge_mode = as_if_known_at_once the question is not asked, and the column is null.
-#}
{% test known_before(model, known_at, day) %}

select
    rows_of_the_past.athlete_id,
    rows_of_the_past.{{ known_at }},
    rows_of_the_past.{{ day }}
from {{ model }} as rows_of_the_past
inner join {{ ref('athletes') }} as athletes on rows_of_the_past.athlete_id = athletes.athlete_id
where
    {%- if is_as_known() %}
    (rows_of_the_past.{{ known_at }} is null and rows_of_the_past.feature_date is not null)
    or {{ local_time('rows_of_the_past.' ~ known_at, 'athletes.time_zone') }}
    >= cast(rows_of_the_past.{{ day }} as timestamp)
    {%- else %}
    rows_of_the_past.{{ known_at }} is not null
    {%- endif %}

{% endtest %}
