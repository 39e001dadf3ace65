with

settings as (

    select
        *,
        row_number() over (
            partition by athlete_id, setting
            order by valid_from desc nulls last
        ) as recency

    from {{ ref('athlete_settings') }}

),

latest as (

    select
        athlete_id,
        max(case when setting = 'time_zone' then value_text end) as time_zone,
        max(case when setting = 'sex' then value_text end) as sex,
        max(case when setting = 'birth_year' then value end) as birth_year,
        max(ingested_at) as ingested_at

    from settings
    where recency = 1
    group by athlete_id

),

final as (

    select
        athlete_id,
        time_zone,
        sex,
        cast(birth_year as int) as birth_year,
        {{ as_of_date('time_zone') }} as as_of_date,
        ingested_at

    from latest

)

select * from final
