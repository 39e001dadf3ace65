{#-
    A build adds the athletes' messages here; those to the operator are added by
    queue_operator_messages at the end of every run, whatever failed in it.
-#}
with

messages as (

    select * from {{ ref('stg_athlete_messages') }}

),

final as (

    {{ new_messages('messages', this if is_incremental()) }}

)

select * from final
