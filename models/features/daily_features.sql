-- Published in place of the days that {{ ref('stg_daily_scope') }} names.
select * from {{ ref('stg_daily_batch') }}  -- noqa: AM04
