{{
    standing('monitoring', 'estimated_performance', {
        'chunk_end': 'date',
        'model_version': 'string',
        'status': 'string',
        'is_worse': 'boolean',
    })
}}
