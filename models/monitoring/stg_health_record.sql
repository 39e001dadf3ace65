with

marks as (

    select * from {{ ref('record_marks') }}

),

placed as (

    select
        table_name,
        status,
        coalesce(athlete_id, cast(row_day as string)) as named,
        athlete_id is not null as is_athlete,
        row_number() over (
            partition by table_name, athlete_id is null
            order by row_day asc nulls last, athlete_id asc nulls last
        ) as place

    from marks
    where status <> 'ok'

),

-- Ten of each are enough to find the others.
named as (

    select
        table_name,
        {{ worst_status("case when status = 'lost' then 'fail' else 'warn' end") }} as worst,
        {{ joined_text("case when place <= 10 and not is_athlete then named end", 'place') }}
            as day_list,
        {{ joined_text("case when place <= 10 and is_athlete then named end", 'place') }}
            as athlete_list

    from placed
    group by table_name

),

sentences as (

    select
        'Rows of ' || table_name || case when worst = 'fail' then ' are lost' else ' changed' end
        || coalesce(', days ' || nullif(day_list, ''), '')
        || coalesce(', athletes ' || nullif(athlete_list, ''), '') || '.' as sentence,
        row_number() over (order by table_name asc nulls last) as place

    from named

),

said as (

    select
        count(*) as tables_touched,
        {{ joined_text('sentence', 'place') }} as detail

    from sentences

),

counted as (

    select count(*) as mark_count from marks

),

final as (

    select
        'kept_record' as check_name,
        case
            when said.tables_touched > 0 then 'fail'
            when counted.mark_count = 0 then 'blind'
            else 'ok'
        end as status,
        coalesce(
            nullif(said.detail, ''),
            'Append-only tables are as the build before left them, by '
            || cast(counted.mark_count as string) || ' checksums.'
        ) as detail

    from said
    cross join counted

)

select * from final
