{#-
    Double expression: `measure` of this row and of `terms - 1` rows before it, `step` rows apart,
    summed. With a `rate`, each weighs exp(rate) less per row. A window of weeks is a sum of weeks:
    lags are several times cheaper than frames, and no two large sums are subtracted.
-#}
{% macro lagged_sum(measure, terms, step=1, rate=none) -%}
    {{ measure }}
    {%- for term in range(1, terms) %}
    + lag({{ measure }}, {{ step * term }}, 0e0) over in_order
    {%- if rate is not none %} * exp({{ step * term }} * {{ rate }}){% endif %}
    {%- endfor %}
{%- endmacro %}
