with

activities as (

    select * from {{ ref('activities') }}
    where recording_row_id is not null

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
    inner join landed on activities.recording_row_id = landed.landed_row_id
    -- A distance that was dropped as impossible takes its efforts with it.
    where landed.effort_kind = 'power' or activities.distance_m is not null

)

select * from final
