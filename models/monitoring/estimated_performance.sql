select
    chunk_start,
    chunk_end,
    model_version,
    status,
    reason,
    forecasts,
    reference_races,
    estimated_mape_pct,
    limit_pct,
    estimated_mae_s,
    limit_s,
    is_worse,
    scored_races,
    realised_mae_s,
    estimated_mae_of_scored_s

from {{ ref('py_estimate_performance') }}
