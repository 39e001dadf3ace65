with

landed as (

    select
        athlete_id,
        landed_row_id,
        {{ unfold('best_efforts') }}

    from {{ landed('activities') }}

),

final as (

    select
        athlete_id,
        landed_row_id,
        kind as effort_kind,
        target,
        value

    from landed

)

select * from final
