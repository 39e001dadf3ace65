{{ previous_run('retraining_decision') }}
