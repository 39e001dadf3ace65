select
    criterion,
    metric,
    metric_value,
    at_least,
    at_most,
    scope,
    races,
    missed_pct,
    fails_above_pct,
    status,
    is_passed,
    detail,
    why,
    candidate,
    data_fingerprint

from {{ ref('py_judge_gate') }}
