-- One row: whether the last run of monitoring asks for a new training. The condition task reads it.
select
    case when should_train then 'true' else 'false' end as should_train,
    decided_on,
    reasons
from identifier(:catalog || '.monitoring.retraining_decision')
order by decided_on desc nulls last
limit 1
