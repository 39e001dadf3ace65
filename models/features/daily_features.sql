-- depends_on: {{ ref('stg_daily_scope') }}
with

audited as (

    select * from {{ ref('stg_daily_batch') }}

),

final as (

    select * from audited

)

select * from final
