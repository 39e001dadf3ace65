-- What {{ ref('activity_features') }} was computed from, so that the next run sees what changed.
with

final as (

    select * from {{ ref('stg_setting_marks') }}

)

select * from final  -- noqa: AM04
