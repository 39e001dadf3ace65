with

activities as (

    -- The row itself has samples where the API gave them.
    select
        *,
        coalesce(recording_row_id, landed_row_id) as sampled_row_id

    from {{ ref('activities') }}

),

landed as (

    select * from {{ ref('landed_best_efforts') }}

),

final as (

    select
        activities.athlete_id,
        activities.activity_id,
        activities.activity_date,
        landed.effort_kind,
        landed.target,
        landed.value

    from activities
    inner join landed on activities.sampled_row_id = landed.landed_row_id
    -- A distance that was dropped as impossible takes its efforts with it.
    where landed.effort_kind = 'power' or activities.distance_m is not null

)

select * from final
