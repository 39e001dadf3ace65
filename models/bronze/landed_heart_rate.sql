with

landed as (

    select
        athlete_id,
        landed_row_id,
        {{ unfold('heart_rate_seconds') }}

    from {{ landed('activities') }}

),

final as (

    select
        athlete_id,
        landed_row_id,
        cast(bpm as int) as bpm,
        seconds

    from landed

)

select * from final
