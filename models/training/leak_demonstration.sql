select
    join_kind,
    races,
    mae_s,
    mape_pct

from {{ ref('py_demonstrate_leak') }}
