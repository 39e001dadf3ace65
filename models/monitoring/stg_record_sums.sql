{#-
    Each table is read once and summed up twice, by day and by athlete: few marks for many rows, and
    both together say which rows are meant. A checksum is the XOR of those of its rows, so their order
    does not count.
-#}
with

earlier as (

    select * from {{ ref('stg_earlier_marks') }}

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
    group by grouping sets ((row_day), (athlete_id))  -- noqa: PRS
    {%- else -%}
    group by row_day, athlete_id
    {%- endif %}

),

{% endfor -%}
final as (

    {% for name, day, has_athlete in record_tables() -%}
    select * from summed_{{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
