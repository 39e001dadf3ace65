-- Published in place of the activities that {{ ref('stg_activity_scope') }} names.
select * from {{ ref('stg_activity_batch') }}  -- noqa: AM04
