-- Each landed row is an activity, a duplicate or in quarantine: exactly one of them.
with

places as (

    select landed_row_id from {{ ref('activities') }}
    union all
    select landed_row_id from {{ ref('duplicates') }}
    union all
    select landed_row_id from {{ ref('quarantine') }}

),

final as (

    select
        landed.landed_row_id,
        count(places.landed_row_id) as places_found

    from {{ ref('landed_activities') }} as landed
    left join places on landed.landed_row_id = places.landed_row_id
    group by landed.landed_row_id
    having count(places.landed_row_id) <> 1

)

select * from final
