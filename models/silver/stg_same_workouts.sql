with

heads as (

    select * from {{ ref('stg_workout_heads') }}

),

-- Two watches, or a watch and a phone, that were started within three minutes of each other.
pairs as (

    select
        earlier.landed_row_id as earlier_row_id,
        later.landed_row_id as later_row_id,
        earlier.richness as earlier_richness,
        later.richness as later_richness

    from heads as earlier
    inner join heads as later
        on earlier.athlete_id = later.athlete_id
        and later.start_day in (earlier.start_day, earlier.late_start_day)
        and earlier.started_at <= later.started_at
        and earlier.started_at + interval '3' minute >= later.started_at
        and earlier.landed_row_id <> later.landed_row_id
    where
        -- A file that doesn't say its sport may be any; legs of a triathlon are none of each other.
        -- An athlete's word for a sport joins two rows and parts none.
        (
            earlier.sport_family = later.sport_family
            or coalesce(earlier.said_sport_family = later.said_sport_family, true)
        )
        -- One after the other is two short runs.
        and {{ seconds_between('earlier.started_at', 'later.started_at') }}
        < 0.5e0 * least(earlier.elapsed_time_s, later.elapsed_time_s)
        and abs(earlier.elapsed_time_s - later.elapsed_time_s)
        <= greatest(60e0, 0.2e0 * greatest(earlier.elapsed_time_s, later.elapsed_time_s))
        and coalesce(
            abs(earlier.distance_m - later.distance_m)
            <= greatest(200e0, 0.1e0 * greatest(earlier.distance_m, later.distance_m)),
            true
        )

),

-- Each pair once, the poorer row before the richer one.
better as (

    select
        case when earlier_richness < later_richness then later_row_id else earlier_row_id end
            as landed_row_id,
        case when earlier_richness < later_richness then earlier_row_id else later_row_id end
            as better_row_id,
        least(earlier_richness, later_richness) as better_richness

    from pairs

),

-- Only a row without a more complete duplicate may represent others, so a survivor always counts,
-- and a row that could be either of two workouts does not make them one.
ranked as (

    select
        better.landed_row_id,
        better.better_row_id,
        row_number() over (
            partition by better.landed_row_id
            order by better.better_richness asc nulls last
        ) as place

    from better
    left join better as better_still on better.better_row_id = better_still.landed_row_id
    where better_still.landed_row_id is null

),

final as (

    select
        heads.landed_row_id,
        coalesce(ranked.better_row_id, heads.landed_row_id) as survivor_row_id

    from heads
    left join ranked
        on heads.landed_row_id = ranked.landed_row_id
        and ranked.place = 1

)

select * from final
