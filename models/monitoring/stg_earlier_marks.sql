with

erasures as (

    select
        athlete_hash,
        max(ingested_at) as erased_at

    from {{ ref('landed_erasures') }}
    group by athlete_hash

),

marks as (

    {{ standing('monitoring', 'record_marks', {
        'mark_id': 'string',
        'table_name': 'string',
        'row_day': 'date',
        'athlete_id': 'string',
        'row_count': 'bigint',
        'row_checksum': 'bigint',
        'until_day': 'date',
        'marked_at': 'timestamp',
    }) }}

),

final as (

    select marks.*
    from marks
    left join erasures on {{ sha256('marks.athlete_id') }} = erasures.athlete_hash
    where erasures.erased_at is null or erasures.erased_at < marks.marked_at

)

select * from final
