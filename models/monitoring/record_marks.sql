{#-
    Each table is read once and summed up twice, by day and by athlete: few marks for many rows, and
    both together say which rows are meant. A checksum is the XOR of those of its rows, so their order
    does not count.
-#}
with

erasures as (

    select
        athlete_hash,
        max(ingested_at) as erased_at

    from {{ ref('landed_erasures') }}
    group by athlete_hash

),

earlier as (

    {% if is_incremental() -%}
    select kept.*
    from {{ this }} as kept
    left join erasures on {{ sha256('kept.athlete_id') }} = erasures.athlete_hash
    where erasures.erased_at is null or erasures.erased_at < kept.marked_at
    {%- else -%}
    select
        cast(null as string) as mark_id,
        cast(null as string) as table_name,
        cast(null as date) as row_day,
        cast(null as string) as athlete_id,
        cast(null as bigint) as row_count,
        cast(null as bigint) as row_checksum,
        cast(null as date) as until_day,
        cast(null as string) as status,
        cast(null as timestamp) as marked_at
    where false
    {%- endif %}

),

{% for name, day, has_athlete in record_tables() -%}
rows_of_{{ name }} as (

    select
        {{ day }} as row_day,
        {{ 'athlete_id' if has_athlete else 'cast(null as string)' }} as athlete_id,
        {{ row_checksum(name) }} as row_checksum

    from {{ ref(name) }}

),

-- Rows of days after the athlete's last mark are new.
dated_{{ name }} as (

    select
        kept.row_day,
        kept.athlete_id,
        kept.row_checksum,
        earlier.until_day is null or kept.row_day <= earlier.until_day as is_marked

    from rows_of_{{ name }} as kept
    left join earlier
        on earlier.table_name = '{{ name }}'
        and kept.athlete_id = earlier.athlete_id

),

summed_{{ name }} as (

    select
        '{{ name }}' as table_name,
        row_day,
        athlete_id,
        count(*) as row_count,
        bit_xor(row_checksum) as row_checksum,
        count(case when is_marked then 1 end) as marked_count,
        bit_xor(case when is_marked then row_checksum end) as marked_checksum

    from dated_{{ name }}
    {% if has_athlete -%}
    group by grouping sets ((row_day), (athlete_id))
    {%- else -%}
    group by row_day, athlete_id
    {%- endif %}

),

{% endfor -%}
summed as (

    {% for name, day, has_athlete in record_tables() -%}
    select * from summed_{{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

newest as (

    select
        table_name,
        max(row_day) as until_day

    from summed
    group by table_name

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
        newest.until_day,
        case when summed.row_day is null then summed.marked_count else summed.row_count end
            as marked_count,
        case when summed.row_day is null then summed.marked_checksum else summed.row_checksum end
            as marked_checksum

    from summed
    inner join newest on summed.table_name = newest.table_name

),

-- Rows may be added to an earlier day: what a killed run left, or a forecast made afterwards.
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
        (select max(erasures.erased_at) from erasures) >= earlier_marked_at
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
