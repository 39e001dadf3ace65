with

refused as (

    select * from {{ ref('stg_activities') }}
    where quarantine_reason is not null

),

landed as (

    select * from {{ ref('strava_activities') }}

),

final as (

    select
        refused.landed_row_id,
        refused.quarantine_reason,
        refused.athlete_id,
        landed.source_file,
        landed.source_row_number,
        landed.unreadable_cells,
        landed.raw_row,
        landed.ingested_at

    from refused
    inner join landed on refused.landed_row_id = landed.landed_row_id

)

select * from final
