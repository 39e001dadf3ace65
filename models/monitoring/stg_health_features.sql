{%- set tables = {'feature_days': 'rolling_features', 'feature_history': 'feature_history'} -%}
with

athletes as (

    select * from {{ ref('athletes') }}

),

-- Their features end earlier on purpose; checks of their own name them.
held as (

    select * from {{ ref('int_held_athletes') }}

),

last_days as (

    {% for check_name, table in tables.items() -%}
    select
        '{{ check_name }}' as check_name,
        athlete_id,
        max(feature_date) as last_date

    from {{ ref(table) }}
    group by athlete_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted as (

    select
        last_days.check_name,
        count(*) as athlete_count,
        count(case when last_days.last_date < athletes.as_of_date then 1 end) as behind_count

    from last_days
    inner join athletes on last_days.athlete_id = athletes.athlete_id
    left join held on last_days.athlete_id = held.athlete_id
    where held.athlete_id is null
    group by last_days.check_name

),

audited as (

    select
        *,
        row_number() over (order by athlete_id asc nulls last) as place

    from {{ ref('int_feature_audits') }}
    where finding is not null

),

final as (

    select
        check_name,
        case when behind_count > 0 then 'fail' else 'ok' end as status,
        cast(behind_count as string) || ' of ' || cast(athlete_count as string)
        || ' athletes with activities end before today.' as detail

    from counted
    union all
    select
        'feature_audits' as check_name,
        case when count(*) > 0 then 'fail' else 'ok' end as status,
        case
            when count(*) = 0 then 'Features of every athlete passed their audit.'
            else
                'Features of ' || cast(count(*) as string)
                || ' athletes failed their audit and stay as they were, so these athletes get no'
                || ' forecast and no alert: '
                || {{ joined_text(
                    "case when place <= 20 then athlete_id || ' (' || finding || ')' end", 'place'
                ) }} || '.'
        end as detail

    from audited

)

select * from final
