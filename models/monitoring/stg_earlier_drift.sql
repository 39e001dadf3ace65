{{
    previous_run('drift')
}}
