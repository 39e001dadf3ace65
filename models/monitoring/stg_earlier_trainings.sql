{{
    previous_run('training_runs')
}}
