{%- set tables = {'feature_days': 'rolling_features', 'feature_history': 'feature_history'} -%}
with

athletes as (

    select * from {{ ref('athletes') }}

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
    group by last_days.check_name

),

final as (

    select
        check_name,
        case when behind_count > 0 then 'fail' else 'ok' end as status,
        cast(behind_count as string) || ' of ' || cast(athlete_count as string)
        || ' athletes with activities end before today.' as detail

    from counted

)

select * from final
