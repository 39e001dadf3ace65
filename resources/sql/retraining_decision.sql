-- One row: whether monitoring asked for a new training today or yesterday. The condition task reads it.
-- An older decision counts no more: monitoring that failed must not repeat it.
select
    case
        when max(decided_on) >= current_date() - interval '1' day and max_by(should_train, decided_on)
            then 'true'
        else 'false'
    end as should_train,
    max(decided_on) as decided_on,
    max_by(reasons, decided_on) as reasons
from identifier(:catalog || '.monitoring.retraining_decision')
