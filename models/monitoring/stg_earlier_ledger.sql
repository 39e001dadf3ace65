{{
    standing('monitoring', 'prediction_ledger', {
        'race_date': 'date',
        'days_ahead': 'bigint',
        'model_role': 'string',
        'error_pct': 'double',
    })
}}
