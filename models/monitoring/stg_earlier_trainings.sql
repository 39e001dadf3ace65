{{
    standing('training', 'training_runs', {
        'model_version': 'string',
        'model_role': 'string',
        'run_id': 'string',
        'training_races': 'bigint',
        'backtest_mape_pct': 'double',
        'code_digest': 'string',
        'trained_on': 'date',
        'trained_at': 'timestamp',
    })
}}
