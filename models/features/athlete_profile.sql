with

athletes as (

    select * from {{ ref('athletes') }}

),

settings as (

    select * from {{ ref('athlete_settings') }}

),

stated as (

    select
        *,
        row_number() over (
            partition by athlete_id, setting
            order by valid_from asc nulls last
        ) as place

    from settings
    where
        setting in ('sex', 'birth_year')
        and (value is not null or value_text is not null)

),

original as (

    select
        athlete_id,
        max(case when setting = 'sex' then value_text end) as sex,
        max(case when setting = 'birth_year' then value end) as birth_year

    from stated
    where place = 1
    group by athlete_id

),

final as (

    select
        athletes.athlete_id,
        original.sex,
        cast(original.birth_year as int) as birth_year

    from athletes
    left join original on athletes.athlete_id = original.athlete_id

)

select * from final
