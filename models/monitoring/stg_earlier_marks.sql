with

erasures as (

    select
        athlete_hash,
        max(ingested_at) as erased_at

    from {{ ref('landed_erasures') }}
    group by athlete_hash

),

marks as (

    {{ previous_run('record_marks') }}

),

final as (

    select marks.*
    from marks
    left join erasures on {{ sha256('marks.athlete_id') }} = erasures.athlete_hash
    where erasures.erased_at is null or erasures.erased_at < marks.marked_at

)

select * from final
