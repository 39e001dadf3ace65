-- Without valid_until: that follows from the other statements, and moves when nothing new was said.
with

settings as (

    select * from {{ ref('athlete_settings') }}

),

final as (

    select
        athlete_id,
        setting,
        value,
        value_text,
        valid_from,
        ingested_at

    from settings

)

select * from final
