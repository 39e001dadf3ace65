with

activities as (

    select * from {{ ref('activities') }}

),

landed as (

    select * from {{ ref('landed_heart_rate') }}

),

final as (

    select
        activities.athlete_id,
        activities.activity_id,
        landed.bpm,
        landed.seconds

    from activities
    inner join landed on activities.sampled_row_id = landed.landed_row_id

)

select * from final
