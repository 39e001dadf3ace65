{#-
    Condition: the table already has a forecast for the athlete, day and distance of this row.
    Forecasts of champion and fallback exclude each other; those of the challenger are separate.
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
