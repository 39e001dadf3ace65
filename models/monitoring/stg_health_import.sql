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
        max(athletes.as_of_date) as as_of_date,
        max(cast(imports.ingested_at as date)) as last_import_date

    from athletes
    left join imports on athletes.athlete_id = imports.athlete_id
    group by athletes.athlete_id

),

counted as (

    select
        count(*) as athlete_count,
        count(
            case
                when
                    last_import_date
                    < {{ days_after('as_of_date', '-' ~ var('stale_import_days')) }}
                    then 1
            end
        ) as stale_count,
        max(last_import_date) as last_import_date

    from last_imports

),

freshness as (

    select
        'import_freshness' as check_name,
        case
            when athlete_count = 0 then 'blind'
            when stale_count > 0 then 'warn'
            else 'ok'
        end as status,
        cast(stale_count as string) || ' of ' || cast(athlete_count as string)
        || ' athletes had no import for {{ var("stale_import_days") }} days'
        || coalesce('; the latest came on ' || cast(last_import_date as string), '')
        || '.' as detail

    from counted

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
