-- Before training, so without an edge from it: what earlier runs kept of the champion.
{{
    standing('training', 'champion_backtest', {
        'model_version': 'string',
        'race_id': 'string',
        'race_time_s': 'double',
        'predicted_time_s': 'double',
        'kept_at': 'timestamp',
    })
}}
