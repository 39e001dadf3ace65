with

landed as (

    select * from {{ ref('landed_activities') }}

),

imports as (

    select * from {{ ref('landed_imports') }}

),

places as (

    select
        landed_row_id,
        'activity' as place
    from {{ ref('activities') }}
    union all
    select
        landed_row_id,
        'duplicate' as place
    from {{ ref('duplicates') }}
    union all
    select
        landed_row_id,
        case
            when quarantine_reason = 'not_an_activity' then 'no activity' else 'quarantine'
        end as place
    from {{ ref('quarantine') }}

),

counted as (

    select
        landed.athlete_id,
        landed.import_id,
        landed.source_kind,
        min(landed.ingested_at) as ingested_at,
        cast(count(distinct landed.landed_row_id) as bigint) as rows_landed,
        cast(count_if(places.place = 'activity') as bigint) as rows_kept,
        cast(count_if(places.place = 'duplicate') as bigint) as rows_duplicate,
        cast(count_if(places.place = 'quarantine') as bigint) as rows_quarantined,
        cast(count_if(places.place = 'no activity') as bigint) as rows_no_activity

    from landed
    left join places on landed.landed_row_id = places.landed_row_id
    group by landed.athlete_id, landed.import_id, landed.source_kind

),

final as (

    select
        counted.athlete_id,
        counted.import_id,
        counted.source_kind,
        imports.source_file,
        counted.ingested_at,
        imports.rows_read,
        imports.rows_unchanged,
        counted.rows_landed,
        counted.rows_kept,
        counted.rows_duplicate,
        counted.rows_quarantined,
        counted.rows_no_activity,
        counted.rows_landed - counted.rows_kept - counted.rows_duplicate - counted.rows_quarantined
        - counted.rows_no_activity
            as rows_unaccounted

    from counted
    left join imports
        on counted.athlete_id = imports.athlete_id
        and counted.import_id = imports.import_id

)

select * from final
