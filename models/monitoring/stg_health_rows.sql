with

athletes as (

    select * from {{ ref('athletes') }}

),

reconciliation as (

    select * from {{ ref('row_reconciliation') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

accounted as (

    select
        'row_reconciliation' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when rows_unaccounted <> 0 then 1 end) > 0 then 'fail'
            else 'ok'
        end as status,
        coalesce(cast(sum(rows_landed) as string), '0') || ' rows landed, '
        || coalesce(cast(sum(rows_unaccounted) as string), '0') || ' unaccounted for.' as detail

    from reconciliation

),

quarantined as (

    select
        'quarantine' as check_name,
        case
            when
                sum(reconciliation.rows_quarantined)
                > 5e-2 * sum(reconciliation.rows_landed - reconciliation.rows_no_activity)
                then 'warn'
            else 'ok'
        end as status,
        coalesce(cast(sum(reconciliation.rows_quarantined) as string), '0') || ' of '
        || coalesce(
            cast(sum(reconciliation.rows_landed - reconciliation.rows_no_activity) as string), '0'
        )
        || ' rows of the last 28 days were put aside.' as detail

    from today
    left join reconciliation
        on cast(reconciliation.ingested_at as date) > {{ days_after('today.checked_on', -28) }}

),

final as (

    select * from accounted
    union all
    select * from quarantined

)

select * from final
