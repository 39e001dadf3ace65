{#- Rows that have one of the columns though they lack what it is made of. -#}
{% test null_without(model, columns, required) %}

select
    {{ required }},
    {{ columns | join(', ') }}
from {{ model }}
where
    {{ required }} is null
    and (
        {{ columns | join(' is not null or ') }} is not null
    )

{% endtest %}
