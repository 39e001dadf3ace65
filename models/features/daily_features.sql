with

activity_features as (

    select * from {{ ref('activity_features') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

first_days as (

    select
        athletes.athlete_id,
        athletes.as_of_date,
        min(activity_features.activity_date) as first_day

    from activity_features
    inner join athletes on activity_features.athlete_id = athletes.athlete_id
    group by athletes.athlete_id, athletes.as_of_date

),

calendar as (

    select
        athlete_id,
        {{ day_series('first_day', 'as_of_date') }} as feature_date

    from first_days

),

per_day as (

    select
        athlete_id,
        activity_date,
        sum(training_load) as training_load,
        sum(duration_s) as duration_s,
        cast(count(*) as bigint) as activities,
        cast(count_if(sport in ('run', 'run_indoor')) as bigint) as runs,
        sum(case when sport in ('run', 'run_indoor') then distance_m end) as run_distance_m,
        max(case when sport in ('run', 'run_indoor') then distance_m end) as longest_run_m

    from activity_features
    group by athlete_id, activity_date

),

final as (

    select
        calendar.athlete_id,
        calendar.feature_date,
        cast(row_number() over (
            partition by calendar.athlete_id
            order by calendar.feature_date asc nulls last
        ) - 1 as bigint) as day_index,
        coalesce(per_day.training_load, 0e0) as training_load,
        coalesce(per_day.duration_s, 0e0) as duration_s,
        coalesce(per_day.activities, 0) as activities,
        coalesce(per_day.runs, 0) as runs,
        coalesce(per_day.run_distance_m, 0e0) as run_distance_m,
        coalesce(per_day.longest_run_m, 0e0) as longest_run_m

    from calendar
    left join per_day
        on calendar.athlete_id = per_day.athlete_id
        and calendar.feature_date = per_day.activity_date

)

select * from final
