{{
    previous_run('race_predictions')
}}
