with

survivors as (

    select * from {{ ref('stg_activity_survivors') }}
    where duplicate_reason is not null and not is_excluded

),

accepted as (

    select * from {{ ref('stg_activities') }}

),

final as (

    select
        survivors.landed_row_id,
        survivors.survivor_row_id,
        survivors.duplicate_reason,
        accepted.athlete_id,
        accepted.activity_id,
        accepted.source_kind,
        accepted.ingested_at

    from survivors
    inner join accepted on survivors.landed_row_id = accepted.landed_row_id

)

select * from final
