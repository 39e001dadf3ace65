with

intake as (

    select
        *,
        row_number() over (order by is_held desc nulls last, athlete_id asc nulls last) as place

    from {{ ref('intake_checks') }}

),

held as (

    select
        count(*) as athlete_count,
        count(case when is_held then 1 end) as held_count,
        {{ joined_text(
            "case when is_held and place <= 20 then athlete_id || ' (' "
            ~ "|| cast(activities_landed as string) || ' of ' "
            ~ "|| cast(activities_known as string) || ')' end",
            'place'
        ) }} as held_athletes

    from intake

),

final as (

    select
        'landed_activities' as check_name,
        case
            when athlete_count = 0 then 'blind'
            when held_count > 0 then 'fail'
            else 'ok'
        end as status,
        case
            when held_count = 0
                then
                    'The landed activities of ' || cast(athlete_count as string)
                    || ' athletes are all there.'
            else
                'Landed activities of ' || cast(held_count as string)
                || ' athletes are missing, so they get no forecast and no alert: '
                || held_athletes || '.'
        end as detail

    from held

)

select * from final
