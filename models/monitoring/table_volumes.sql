with

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

{% for name, layer, newest, is_append_only in watched_tables() -%}
counted_{{ name }} as (

    select
        '{{ name }}' as table_name,
        '{{ layer }}' as layer,
        {{ is_append_only | lower }} as is_append_only,
        cast(count(*) as bigint) as row_count,
        cast(max({{ newest }}) as date) as newest_on

    from {{ ref(name) }}

),

{% endfor -%}
counted as (

    {% for name, layer, newest, is_append_only in watched_tables() -%}
    select * from counted_{{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        counted.table_name,
        today.checked_on,
        counted.layer,
        counted.is_append_only,
        counted.row_count,
        counted.newest_on

    from counted
    inner join today on today.checked_on is not null

)

select * from final
