-- Published in place of the days that {{ ref('stg_rolling_scope') }} names.
select * from {{ ref('stg_rolling_batch') }}  -- noqa: AM04
