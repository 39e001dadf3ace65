with

athletes as (

    select * from {{ ref('athletes') }}

),

{% set tables = {'feature_days': 'rolling_features', 'feature_history': 'feature_history'} -%}
{% for check_name, table in tables.items() -%}
last_days_{{ table }} as (

    select
        athlete_id,
        max(feature_date) as last_date

    from {{ ref(table) }}
    group by athlete_id

),

judged_{{ table }} as (

    select
        '{{ check_name }}' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when last_days_{{ table }}.last_date < athletes.as_of_date then 1 end) > 0 then 'fail'
            else 'ok'
        end as status,
        cast(count(case when last_days_{{ table }}.last_date < athletes.as_of_date then 1 end) as string) || ' of '
        || cast(count(*) as string) || ' athletes with activities end before today.' as detail

    from last_days_{{ table }}
    inner join athletes on last_days_{{ table }}.athlete_id = athletes.athlete_id

),

{% endfor -%}
final as (

    {% for table in tables.values() -%}
    select * from judged_{{ table }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
