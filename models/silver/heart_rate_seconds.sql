with

activities as (

    -- The row itself has samples where the API gave them.
    select
        *,
        coalesce(recording_row_id, landed_row_id) as sampled_row_id

    from {{ ref('activities') }}

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
