{{ state_before(
    ref('race_results'), keys=['race_id'], event_date='race_date', known_in_time=true
) }}
