{#- Latest result of each check that is not ok. -#}
with

checks as (

    select
        health.*,
        row_number() over (
            partition by health.check_name order by health.checked_on desc nulls last
        ) as recency,
        max(case when health.status <> 'blind' then 1 else 0 end) over (
            partition by health.check_name
        ) as has_seen

    from {{ ref('health') }} as health

),

final as (

    select
        cast('operator' as string) as recipient,
        cast(null as string) as athlete_id,
        check_name as cause,
        case when status = 'warn' then 'warn' else 'fail' end as severity,
        checked_on as message_date,
        'Stride, ' || layer || ': ' || check_name || ' (' || status || ')' as title_en,
        'Stride, ' || layer || ': ' || check_name || ' (' || status || ')' as title_pt,
        'Stride, ' || layer || ': ' || check_name || ' (' || status || ')' as title_pt_br,
        trim(coalesce(detail, '') || coalesce(' What to do: ' || what_to_do, '')) as text_en,
        trim(coalesce(detail, '') || coalesce(' O que fazer: ' || what_to_do, '')) as text_pt,
        trim(coalesce(detail, '') || coalesce(' O que fazer: ' || what_to_do, '')) as text_pt_br,
        cast(null as string) as activity_name,
        case status when 'warn' then 1 when 'blind' then 2 else 3 end as urgency

    from checks
    -- A check that was never anything but blind is new; one that became blind is a problem.
    where recency = 1 and (status in ('warn', 'fail') or (status = 'blind' and has_seen = 1))

)

select * from final
