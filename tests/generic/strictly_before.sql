{#- Rows whose `earlier` day is not before their `later` day: they know of the day itself. -#}
{% test strictly_before(model, earlier, later) %}

select
    {{ earlier }},
    {{ later }}
from {{ model }}
where {{ earlier }} >= {{ later }}

{% endtest %}
