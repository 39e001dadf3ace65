with

refused as (

    select
        landed_row_id,
        quarantine_reason
    from {{ ref('stg_activities') }}
    where quarantine_reason is not null
    union all
    select
        landed_row_id,
        'excluded_by_athlete' as quarantine_reason
    from {{ ref('stg_activity_survivors') }}
    where is_excluded

),

landed as (

    select * from {{ ref('landed_activities') }}

),

final as (

    select
        refused.landed_row_id,
        refused.quarantine_reason,
        landed.athlete_id,
        landed.source_kind,
        landed.activity_id,
        landed.source_file,
        landed.source_row_number,
        landed.problem_detail,
        landed.unreadable_cells,
        landed.raw_row,
        landed.ingested_at

    from refused
    inner join landed on refused.landed_row_id = landed.landed_row_id

)

select * from final
