{#-
    Condition: the table has a forecast for this row's athlete, day and distance by the same voice
    already. Champion and fallback are one voice, the challenger is another.
-#}
{% macro has_spoken(rows) -%}
    {%- if is_incremental() -%}
    exists (
        select 1
        from {{ this }} as spoken
        where
            spoken.athlete_id = {{ rows }}.athlete_id
            and spoken.prediction_date = {{ rows }}.prediction_date
            and spoken.distance_m = {{ rows }}.distance_m
            and (spoken.model_role = 'challenger') = ({{ rows }}.model_role = 'challenger')
    )
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}
