with

statements as (

    select
        *,
        row_number() over (
            partition by athlete_id, setting, valid_from
            order by ingested_at desc nulls last
        ) as recency

    from {{ ref('landed_athlete_settings') }}

),

final as (

    select
        athlete_id,
        setting,
        value,
        value_text,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by athlete_id, setting
                order by valid_from asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_until,
        ingested_at

    from statements
    -- Landed before import had limits: such a setting holds on no day.
    where
        recency = 1
        and valid_from < cast('9999-12-31' as date)

)

select * from final
