with

days as (

    select
        athlete_id,
        feature_date,
        day_index,
        cast(floor(day_index / 512e0) as bigint) as block_index,
        day_index % 512 as day_in_block,
        training_load

    from {{ ref('daily_features') }}

),

within_blocks as (

    select
        athlete_id,
        feature_date,
        block_index,
        day_in_block,
        {{ decayed_sum('training_load', 42) }} as fitness_sum,
        {{ decayed_sum('training_load', 7) }} as fatigue_sum

    from days
    window days_of_block_so_far as (
        partition by athlete_id, block_index
        order by day_in_block asc nulls last
        rows between unbounded preceding and current row
    )

),

block_ends as (

    select
        athlete_id,
        block_index,
        {{ carried_sum('fitness_sum', 42) }} as fitness_sum,
        {{ carried_sum('fatigue_sum', 7) }} as fatigue_sum

    from within_blocks
    where day_in_block = 511
    window blocks_in_order as (
        partition by athlete_id
        order by block_index asc nulls last
    )

),

final as (

    select
        within_blocks.athlete_id,
        within_blocks.feature_date,
        (1e0 - exp(-1e0 / 42e0)) * (
            within_blocks.fitness_sum
            + coalesce(block_ends.fitness_sum, 0e0) * exp(-(within_blocks.day_in_block + 1) / 42e0)
        ) as ctl,
        (1e0 - exp(-1e0 / 7e0)) * (
            within_blocks.fatigue_sum
            + coalesce(block_ends.fatigue_sum, 0e0) * exp(-(within_blocks.day_in_block + 1) / 7e0)
        ) as atl

    from within_blocks
    left join block_ends
        on within_blocks.athlete_id = block_ends.athlete_id
        and within_blocks.block_index = block_ends.block_index + 1

)

select * from final
