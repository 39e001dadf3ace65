-- Stands in for monitoring.health, with its columns and no rows.
with

final as (

    select
        cast(null as string) as check_name,
        cast(null as date) as checked_on,
        cast(null as string) as layer,
        cast(null as string) as status,
        cast(null as string) as detail,
        cast(null as string) as what_to_do

    where false

)

select * from final
