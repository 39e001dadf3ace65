with

volumes as (

    select * from {{ ref('table_volumes') }}

),

erasures as (

    select * from {{ ref('landed_erasures') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

dated as (

    select
        *,
        lag(row_count) over (
            partition by table_name
            order by checked_on asc nulls last
        ) as earlier_row_count,
        lag(checked_on) over (
            partition by table_name
            order by checked_on asc nulls last
        ) as earlier_checked_on

    from volumes

),

judged as (

    select
        dated.layer,
        dated.table_name,
        dated.row_count,
        dated.earlier_row_count,
        -- An erased athlete's rows are meant to go; a tenth may be corrections.
        case
            when dated.earlier_row_count is null then 'blind'
            when dated.row_count >= dated.earlier_row_count then 'ok'
            when
                (select max(cast(erasures.ingested_at as date)) from erasures)
                >= dated.earlier_checked_on
                then 'ok'
            when dated.is_append_only then 'fail'
            when dated.row_count < 9e-1 * dated.earlier_row_count then 'warn'
            else 'ok'
        end as status

    from dated
    inner join today on dated.checked_on = today.checked_on

),

final as (

    select
        'volume_' || layer as check_name,
        {{ worst_status('status') }} as status,
        coalesce(
            max(
                case
                    when status in ('fail', 'warn')
                        then
                            table_name || ' has ' || cast(row_count as string) || ' rows and had '
                            || cast(earlier_row_count as string) || '.'
                end
            ),
            cast(sum(row_count) as string) || ' rows.'
        ) as detail

    from judged
    group by layer

)

select * from final
