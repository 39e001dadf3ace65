{{ state_before(ref('stg_next_day_events'), keys=['race_id'], event_date='day_after') }}
