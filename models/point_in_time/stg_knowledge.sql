with

received as (

    select
        athlete_id,
        ingested_at

    from {{ ref('landed_activities') }}

    union all

    select
        athlete_id,
        ingested_at

    from {{ ref('landed_deletions') }}

    union all

    select
        athlete_id,
        ingested_at

    from {{ ref('landed_corrections') }}

    union all

    select
        athlete_id,
        ingested_at

    from {{ ref('landed_athlete_settings') }}

),

final as (

    select
        athlete_id,
        max(ingested_at) as known_at

    from received
    group by athlete_id

)

select * from final
