with

athletes as (

    select * from {{ ref('athletes') }}

),

imports as (

    select * from {{ ref('landed_imports') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

-- Of ingestion, not of training: an athlete may rest, the pipeline may not.
last_imports as (

    select
        athletes.athlete_id,
        {{ days_between('cast(max(imports.ingested_at) as date)', 'max(athletes.as_of_date)') }} as days_ago

    from athletes
    left join imports on athletes.athlete_id = imports.athlete_id
    group by athletes.athlete_id

),

freshness as (

    select
        'import_freshness' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when coalesce(days_ago, 0) > {{ var('stale_import_days') }} then 1 end) > 0 then 'warn'
            else 'ok'
        end as status,
        cast(count(case when coalesce(days_ago, 0) > {{ var('stale_import_days') }} then 1 end) as string)
        || ' of ' || cast(count(*) as string) || ' athletes had no import for '
        || '{{ var('stale_import_days') }} days; the latest was '
        || coalesce(cast(greatest(min(days_ago), 0) as string), 'never, or so many')
        || ' days ago.' as detail

    from last_imports

),

refused as (

    select
        'refused_files' as check_name,
        case when count(imports.import_id) = 0 then 'ok' else 'warn' end as status,
        cast(count(imports.import_id) as string)
        || ' imports of the last 7 days had files that could not be read.' as detail

    from today
    left join imports
        on imports.refused_files is not null
        and cast(imports.ingested_at as date) > {{ days_after('today.checked_on', -7) }}

),

final as (

    select * from freshness
    union all
    select * from refused

)

select * from final
