{#-
    Tables whose rows are counted every day: name, layer, column with the age of rows, and whether the
    table is append-only.
-#}
{% macro watched_tables() -%}
    {{ return([
        ('landed_activities', 'bronze', 'ingested_at', true),
        ('landed_imports', 'bronze', 'ingested_at', true),
        ('activities', 'silver', 'activity_date', false),
        ('activity_features', 'features', 'activity_date', false),
        ('rolling_features', 'features', 'feature_date', false),
        ('race_results', 'labels', 'race_date', false),
        ('feature_history', 'point_in_time', 'feature_date', true),
        ('training_set', 'training', 'race_date', false),
        ('inference_log', 'inference', 'prediction_date', true),
        ('race_predictions', 'inference', 'prediction_date', true),
        ('athlete_predictions', 'gold', 'prediction_date', false),
        ('athlete_today', 'gold', 'as_of_date', false),
    ]) }}
{%- endmacro %}
