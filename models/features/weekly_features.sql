with

daily_features as (

    select * from {{ ref('daily_features') }}

),

rolling_features as (

    select * from {{ ref('rolling_features') }}

),

weeks as (

    select
        athlete_id,
        cast(date_trunc('week', feature_date) as date) as week_start,
        max(feature_date) as last_day,
        cast(count(*) as bigint) as days_counted,
        sum(training_load) as training_load,
        sum(duration_s) as duration_s,
        cast(sum(activities) as bigint) as activities,
        cast(sum(case when activities > 0 then 1 else 0 end) as bigint) as active_days,
        cast(sum(runs) as bigint) as runs,
        sum(run_distance_m) as run_distance_m,
        max(longest_run_m) as longest_run_m,
        sum(run_climb_m) as run_climb_m

    from daily_features
    group by athlete_id, cast(date_trunc('week', feature_date) as date)

),

final as (

    select
        weeks.athlete_id,
        weeks.week_start,
        weeks.days_counted,
        weeks.training_load,
        weeks.duration_s,
        weeks.activities,
        weeks.active_days,
        weeks.runs,
        weeks.run_distance_m,
        weeks.longest_run_m,
        weeks.run_climb_m,
        rolling_features.ctl,
        rolling_features.atl,
        rolling_features.monotony,
        rolling_features.strain,
        rolling_features.ramp

    from weeks
    inner join rolling_features
        on weeks.athlete_id = rolling_features.athlete_id
        and weeks.last_day = rolling_features.feature_date

)

select * from final
