with

erasures as (

    select max(ingested_at) as erased_at from {{ ref('landed_erasures') }}

),

earlier as (

    select * from {{ ref('stg_earlier_marks') }}

),

summed as (

    select * from {{ ref('stg_record_sums') }}

),

-- All rows of a day are known once it has a mark.
current_marks as (

    select
        {{ mark_id('summed') }} as mark_id,
        summed.table_name,
        summed.row_day,
        summed.athlete_id,
        cast(summed.row_count as bigint) as row_count,
        summed.row_checksum,
        max(summed.row_day) over (partition by summed.table_name) as until_day,
        case when summed.row_day is null then summed.marked_count else summed.row_count end
            as marked_count,
        case when summed.row_day is null then summed.marked_checksum else summed.row_checksum end
            as marked_checksum

    from summed

),

-- Rows may be added to an earlier day after a killed run or by a backfill.
compared as (

    select
        coalesce(current_marks.mark_id, earlier.mark_id) as mark_id,
        coalesce(current_marks.table_name, earlier.table_name) as table_name,
        coalesce(current_marks.row_day, earlier.row_day) as row_day,
        coalesce(current_marks.athlete_id, earlier.athlete_id) as athlete_id,
        coalesce(current_marks.row_count, 0) as row_count,
        coalesce(current_marks.row_checksum, 0) as row_checksum,
        coalesce(current_marks.until_day, earlier.until_day) as until_day,
        earlier.row_count as earlier_count,
        earlier.row_checksum as earlier_checksum,
        earlier.until_day as earlier_until_day,
        earlier.marked_at as earlier_marked_at,
        case
            when earlier.mark_id is null then 'ok'
            when coalesce(current_marks.marked_count, 0) < earlier.row_count then 'lost'
            when
                current_marks.marked_count = earlier.row_count
                and current_marks.marked_checksum <> earlier.row_checksum
                then 'changed'
            else 'ok'
        end as status

    from current_marks
    full outer join earlier on current_marks.mark_id = earlier.mark_id

),

-- An erasure takes rows of many days. If no other athlete lacks any, it is the reason.
explained as (

    select
        *,
        (select erasures.erased_at from erasures) >= earlier_marked_at
        and max(athlete_id) over (partition by table_name) is not null
        and max(case when athlete_id is not null and status <> 'ok' then 1 else 0 end)
            over (partition by table_name) = 0
            as is_by_erasure

    from compared

),

judged as (

    select
        *,
        status <> 'ok'
        and not coalesce(is_by_erasure, false)
        and not {{ 'true' if var('accept_losses') else 'false' }} as is_kept_back

    from explained

),

-- What is lost or changed keeps its mark, so that it shows until it is restored or accepted.
final as (

    select
        mark_id,
        table_name,
        row_day,
        athlete_id,
        case when is_kept_back then earlier_count else row_count end as row_count,
        case when is_kept_back then earlier_checksum else row_checksum end as row_checksum,
        case when is_kept_back then earlier_until_day else until_day end as until_day,
        case when is_kept_back then status else 'ok' end as status,
        case when is_kept_back then earlier_marked_at else {{ run_at() }} end as marked_at

    from judged

)

select * from final
