-- Which version was made champion last, by the gate or by hand.
{{
    standing('training', 'model_decisions', {
        'action': 'string',
        'to_version': 'string',
        'decided_at': 'timestamp',
    })
}}
