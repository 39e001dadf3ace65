{#- Landed files never change, so the activities of an athlete can only become more. -#}
-- depends_on: {{ ref('landed_erasures') }}
with

landed as (

    select
        athlete_id,
        count(distinct activity_id) as activities_landed

    from {{ ref('landed_activities') }}
    group by athlete_id

),

{% if is_incremental() -%}
erasures as (

    select
        athlete_hash,
        max(ingested_at) as erased_at

    from {{ ref('landed_erasures') }}
    group by athlete_hash

),

{% endif -%}
earlier as (

    {% if is_incremental() -%}
    select
        kept.athlete_id,
        kept.activities_known

    from {{ this }} as kept
    left join erasures on {{ sha256('kept.athlete_id') }} = erasures.athlete_hash
    where erasures.erased_at is null or erasures.erased_at < kept.checked_at
    {%- else -%}
    select
        athlete_id,
        activities_landed as activities_known

    from landed
    {%- endif %}

),

compared as (

    select
        coalesce(landed.athlete_id, earlier.athlete_id) as athlete_id,
        cast(coalesce(landed.activities_landed, 0) as bigint) as activities_landed,
        cast(greatest(
            coalesce(landed.activities_landed, 0),
            {{ '0' if var('accept_losses') else 'coalesce(earlier.activities_known, 0)' }}
        ) as bigint) as activities_known

    from landed
    full outer join earlier on landed.athlete_id = earlier.athlete_id

),

final as (

    select
        athlete_id,
        activities_landed,
        activities_known,
        activities_landed < activities_known as is_held,
        {{ run_at() }} as checked_at

    from compared

)

select * from final
