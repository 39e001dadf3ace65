with

activities as (

    select * from {{ ref('activities') }}

),

first_imports as (

    select
        athlete_id,
        min(first_known_at) as first_known_at

    from activities
    group by athlete_id

),

first_seen as (

    select
        sport_type,
        min(activity_date) as first_date

    from activities
    group by sport_type

),

described as (

    select
        activities.athlete_id,
        activities.activity_id,
        activities.activity_date,
        activities.avg_hr_bpm is null as share_without_heart_rate,
        -- For four weeks after it first appears a sport is new.
        activities.activity_date <= {{ days_after('first_seen.first_date', 28) }}
            as share_of_new_sports,
        -- Activities of the first import could not have been imported earlier.
        case
            when activities.first_known_at > first_imports.first_known_at
                then
                    cast(activities.first_known_at as date)
                    > {{ days_after('activities.activity_date', 14) }}
        end as share_of_late_data

    from activities
    inner join first_imports on activities.athlete_id = first_imports.athlete_id
    left join first_seen on activities.sport_type = first_seen.sport_type

),

final as (

    {% for signal in ['share_without_heart_rate', 'share_of_new_sports', 'share_of_late_data'] -%}
    select
        athlete_id,
        activity_id,
        activity_date,
        '{{ signal }}' as feature_name,
        {{ signal }} as is_found

    from described
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
