{#-
    This model adds messages to athletes. queue_operator_messages adds messages to the operator at
    the end of each run, even if it failed.
-#}
with

messages as (

    select * from {{ ref('stg_athlete_messages') }}

),

final as (

    {{ new_messages('messages', this if is_incremental()) }}

)

select * from final
