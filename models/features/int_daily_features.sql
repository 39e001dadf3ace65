with

activity_features as (

    select
        *,
        case when sport in ('run', 'run_indoor') then 1 else 0 end as is_run

    from {{ ref('int_activity_features') }}

),

updates as (

    select * from {{ ref('int_feature_updates') }}
    -- An athlete without activities has no days.
    where from_day <= last_day

),

calendar as (

    select
        athlete_id,
        history_day,
        {{ day_series('from_day', 'last_day') }} as feature_date

    from updates

),

per_day as (

    select
        activity_features.athlete_id,
        activity_features.activity_date,
        sum(activity_features.training_load) as training_load,
        sum(activity_features.duration_s) as duration_s,
        cast(count(*) as bigint) as activities,
        cast(sum(activity_features.is_run) as bigint) as runs,
        sum(activity_features.is_run * activity_features.distance_m) as run_distance_m,
        max(activity_features.is_run * activity_features.distance_m) as longest_run_m,
        sum(activity_features.is_run * activity_features.elevation_gain_m) as run_climb_m,
        cast(count(activity_features.steady_speed_mps) as bigint) as steady_runs,
        sum(ln(activity_features.steady_speed_mps)) as steady_log_speed,
        min(activity_features.best_1k_s) as best_1k_s,
        min(activity_features.best_5k_s) as best_5k_s,
        min(activity_features.equivalent_5k_s) as best_run_5k_s,
        min(activity_features.equivalent_half_s) as best_run_half_s

    from activity_features
    inner join updates
        on activity_features.athlete_id = updates.athlete_id
        and activity_features.activity_date >= updates.from_day
    group by activity_features.athlete_id, activity_features.activity_date

),

final as (

    select
        calendar.athlete_id,
        calendar.feature_date,
        {{ days_between('calendar.history_day', 'calendar.feature_date') }} as day_index,
        coalesce(per_day.training_load, 0e0) as training_load,
        coalesce(per_day.duration_s, 0e0) as duration_s,
        coalesce(per_day.activities, 0) as activities,
        coalesce(per_day.runs, 0) as runs,
        coalesce(per_day.run_distance_m, 0e0) as run_distance_m,
        coalesce(per_day.longest_run_m, 0e0) as longest_run_m,
        coalesce(per_day.run_climb_m, 0e0) as run_climb_m,
        coalesce(per_day.steady_runs, 0) as steady_runs,
        coalesce(per_day.steady_log_speed, 0e0) as steady_log_speed,
        per_day.best_1k_s,
        per_day.best_5k_s,
        per_day.best_run_5k_s,
        per_day.best_run_half_s

    from calendar
    left join per_day
        on calendar.athlete_id = per_day.athlete_id
        and calendar.feature_date = per_day.activity_date

)

select * from final
