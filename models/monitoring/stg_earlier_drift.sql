{{
    standing('monitoring', 'drift', {
        'feature_name': 'string',
        'kind': 'string',
        'checked_on': 'date',
        'is_drift': 'boolean',
    })
}}
