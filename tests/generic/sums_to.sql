{#- Rows in which the columns do not add up to the total; those without any of them don't count. -#}
{% test sums_to(model, columns, total) %}

select {{ columns | join(', ') }}
from {{ model }}
where
    abs({{ columns | join(' + ') }} - {{ total }}) > 1e-9
    or (
        {{ columns | join(' + ') }} is null
        and coalesce({{ columns | join(', ') }}) is not null
    )

{% endtest %}
