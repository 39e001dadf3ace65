{{
    standing('inference', 'race_predictions', {
        'prediction_date': 'date',
        'model_role': 'string',
    })
}}
