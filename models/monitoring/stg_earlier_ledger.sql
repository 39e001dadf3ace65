{{
    previous_run('prediction_ledger')
}}
