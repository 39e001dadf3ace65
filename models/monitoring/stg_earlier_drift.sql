{{
    standing('monitoring', 'drift', {
        'feature_name': 'string',
        'checked_on': 'date',
        'is_drift': 'boolean',
    })
}}
