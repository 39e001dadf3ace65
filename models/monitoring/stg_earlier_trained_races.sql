{{
    previous_run('training_run_races')
}}
