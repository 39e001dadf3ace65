{{
    standing('training', 'training_run_races', {
        'race_id': 'string',
        'trained_at': 'timestamp',
    })
}}
