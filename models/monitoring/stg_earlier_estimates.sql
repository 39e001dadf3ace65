{{
    previous_run('estimated_performance')
}}
