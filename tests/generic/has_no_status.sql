{#- Rows of the last day on which the model was checked that have the `status`. -#}
{% test has_no_status(model, status) %}

select
    check_name,
    detail,
    what_to_do
from {{ model }}
where
    status = '{{ status }}'
    and checked_on = (select max(latest.checked_on) from {{ model }} as latest)

{% endtest %}
