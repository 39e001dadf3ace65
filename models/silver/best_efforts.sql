with

activities as (

    select * from {{ ref('activities') }}

),

landed as (

    select * from {{ ref('landed_best_efforts') }}

),

dropped as (

    select * from {{ ref('stg_dropped_values') }}

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
    left join dropped on activities.sampled_row_id = dropped.landed_row_id
    -- A distance or a power that was dropped as impossible takes its efforts with it.
    where
        (landed.effort_kind = 'distance' and activities.distance_m is not null)
        or (
            landed.effort_kind = 'power'
            and coalesce(dropped.drops_power + dropped.drops_weighted_power, 0) = 0
        )

)

select * from final
