with

settings as (

    select
        athlete_id,
        time_zone,
        ingested_at,
        row_number() over (
            partition by athlete_id
            order by ingested_at desc nulls last
        ) as recency

    from {{ ref('athlete_settings') }}

),

final as (

    select
        athlete_id,
        time_zone,
        {{ as_of_date('time_zone') }} as as_of_date,
        ingested_at

    from settings
    where recency = 1

)

select * from final
