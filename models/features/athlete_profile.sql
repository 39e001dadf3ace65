with

athletes as (

    select * from {{ ref('athletes') }}

),

final as (

    select
        athlete_id,
        sex,
        birth_year

    from athletes

)

select * from final
