with

landed as (

    select * from {{ ref('strava_activities') }}

),

kept as (

    select landed_row_id from {{ ref('activities') }}

),

duplicates as (

    select landed_row_id from {{ ref('duplicates') }}

),

quarantine as (

    select landed_row_id from {{ ref('quarantine') }}

),

final as (

    select
        landed.athlete_id,
        landed.content_hash,
        landed.source_file,
        min(landed.ingested_at) as ingested_at,
        cast(count(*) as bigint) as rows_landed,
        cast(count(kept.landed_row_id) as bigint) as rows_kept,
        cast(count(duplicates.landed_row_id) as bigint) as rows_duplicate,
        cast(count(quarantine.landed_row_id) as bigint) as rows_quarantined,
        cast(
            count(*) - count(kept.landed_row_id) - count(duplicates.landed_row_id)
            - count(quarantine.landed_row_id) as bigint
        ) as rows_unaccounted

    from landed
    left join kept on landed.landed_row_id = kept.landed_row_id
    left join duplicates on landed.landed_row_id = duplicates.landed_row_id
    left join quarantine on landed.landed_row_id = quarantine.landed_row_id
    group by landed.athlete_id, landed.content_hash, landed.source_file

)

select * from final
