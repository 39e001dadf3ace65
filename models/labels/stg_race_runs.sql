with

athletes as (

    select * from {{ ref('athletes') }}

),

-- A distance given by the athlete replaces the recorded one.
measured as (

    select
        activities.*,
        coalesce(corrections.official_distance_m, activities.distance_m) as best_known_distance_m

    from {{ ref('activities') }} as activities
    left join {{ ref('activity_corrections') }} as corrections
        on activities.athlete_id = corrections.athlete_id
        and activities.activity_id = corrections.activity_id

),

runs as (

    select
        activities.athlete_id,
        activities.activity_id,
        activities.activity_date,
        activities.local_started_at,
        activities.name,
        coalesce(lower(trim(activities.name)), '') as usual_name,
        activities.is_race_flagged,
        activities.is_api_only,
        activities.first_known_at,
        activities.distance_m,
        activities.elapsed_time_s,
        activities.moving_time_s,
        activities.avg_hr_bpm,
        activities.elevation_gain_m,
        activities.temperature_c,
        activities.elevation_gain_m / activities.distance_m * 1000e0 as climb_m_per_km,
        {{ days_between("date '2000-01-01'", 'activities.activity_date') }} as day_number,
        -- Log time adjusted for distance by Riegel's law: lower is faster.
        ln(activities.elapsed_time_s)
        - {{ riegel_exponent() }} * ln(activities.best_known_distance_m) as log_effort,
        ln(coalesce(activities.moving_time_s, activities.elapsed_time_s))
        - {{ riegel_exponent() }} * ln(activities.best_known_distance_m) as log_moving_effort

    from measured as activities
    inner join athletes
        on activities.athlete_id = athletes.athlete_id
        and activities.activity_date <= athletes.as_of_date
    where
        activities.sport = 'run'
        and activities.best_known_distance_m >= 1000e0
        and activities.elapsed_time_s > 0e0
        and coalesce(activities.moving_time_s, 1e0) > 0e0

),

-- A label may use its own race but nothing later: the year before ends on the previous day.
with_form as (

    select
        *,
        count(*) over year_before as runs_before,
        avg(log_moving_effort) over year_before as usual_log_effort,
        stddev_samp(log_moving_effort) over year_before as log_effort_sd,
        min(log_moving_effort) over year_before as best_log_effort,
        max(case when elapsed_time_s >= 900e0 then avg_hr_bpm end) over year_before
            as highest_mean_hr_bpm,
        -- Runs without a name have no name in common.
        case when usual_name <> '' then count(*) over same_name_before else 0 end
            as times_named_before

    from runs
    window
        year_before as (
            partition by athlete_id
            order by day_number asc nulls last
            range between 365 preceding and 1 preceding
        ),
        same_name_before as (
            partition by athlete_id, usual_name
            order by day_number asc nulls last
            range between unbounded preceding and 1 preceding
        )

),

final as (

    select
        athlete_id,
        activity_id,
        activity_date,
        local_started_at,
        name,
        is_race_flagged,
        is_api_only,
        first_known_at,
        day_number,
        distance_m,
        elapsed_time_s,
        moving_time_s,
        elevation_gain_m,
        temperature_c,
        moving_time_s / elapsed_time_s as moving_share,
        climb_m_per_km,
        log_effort,
        times_named_before,
        avg_hr_bpm / highest_mean_hr_bpm as hr_share,
        -- With fewer than twenty runs the usual effort is unknown.
        case
            when runs_before >= 20 and log_effort_sd > 0e0
                then (usual_log_effort - log_effort) / log_effort_sd
        end as effort_sd,
        case when runs_before >= 20 then exp(best_log_effort - log_effort) end as share_of_best

    from with_form

)

select * from final
