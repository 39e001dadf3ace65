{#-
    Append-only tables whose rows are counted and checksummed: name, day column, and whether rows have
    an athlete.
-#}
{% macro record_tables() -%}
    {{ return([
        ('feature_history', 'feature_date', true),
        ('training_runs', 'trained_on', false),
        ('model_decisions', 'decided_on', false),
        ('inference_log', 'prediction_date', true),
        ('race_predictions', 'prediction_date', true),
        ('ledger_entries', 'cast(scored_at as date)', true),
        ('outbox', 'message_date', true),
    ]) }}
{%- endmacro %}
