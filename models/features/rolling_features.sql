-- depends_on: {{ ref('stg_rolling_scope') }}
with

audited as (

    select * from {{ ref('stg_rolling_batch') }}

),

final as (

    select * from audited

)

select * from final
