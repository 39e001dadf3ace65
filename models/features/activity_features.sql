with

activities as (

    select * from {{ ref('activities') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

sports as (

    select * from {{ ref('sports') }}

),

measured as (

    select
        activities.*,
        coalesce(activities.moving_time_s, activities.elapsed_time_s) / 3600e0 as hours,
        coalesce(sports.load_per_hour, 35e0) as load_per_hour,
        -- Below 70 % of the resting rate it is the sensor that failed.
        case
            when activities.avg_hr_bpm >= 0.7e0 * {{ var('assumed_resting_hr_bpm') }}e0
                then
                    (activities.avg_hr_bpm - {{ var('assumed_resting_hr_bpm') }}e0)
                    / ({{ var('assumed_max_hr_bpm') }}e0 - {{ var('assumed_resting_hr_bpm') }}e0)
        end as reserve_share

    from activities
    inner join athletes
        on activities.athlete_id = athletes.athlete_id
        and activities.activity_date <= athletes.as_of_date
    left join sports on activities.sport_type = sports.sport_type

),

candidates as (

    select
        *,
        case
            when reserve_share is not null then greatest(0e0, least(1e0, reserve_share))
        end as hr_reserve_share,
        hours * load_per_hour as duration_load

    from measured

),

loads as (

    select
        *,
        {{ heart_rate_load('hours', 'hr_reserve_share') }} as heart_rate_load

    from candidates

),

chosen as (

    select
        *,
        -- More than 225 an hour is no effort but a wrong threshold or sensor.
        case
            when heart_rate_load <= 225e0 * hours then 'heart_rate'
            else 'duration'
        end as load_method

    from loads

),

final as (

    select
        athlete_id,
        activity_id,
        activity_date,
        sport,
        hours * 3600e0 as duration_s,
        distance_m,
        case
            when load_method = 'heart_rate' then heart_rate_load
            else duration_load
        end as training_load,
        load_method,
        heart_rate_load,
        duration_load,
        hr_reserve_share,
        case when sport in ('run', 'run_indoor') then 1 else 0 end as is_run,
        case when sport in ('run', 'run_indoor') then distance_m end as run_distance_m,
        case when sport in ('run', 'run_indoor') then elevation_gain_m end as run_climb_m,
        case
            when sport in ('run', 'run_indoor') and hr_reserve_share between 0.65e0 and 0.75e0
                then distance_m / (hours * 3600e0)
        end as steady_speed_mps,
        cast(null as double) as best_1k_s,
        cast(null as double) as best_5k_s,
        {{ fingerprint(['activity_id', 'activity_date', 'sport', 'hours', 'distance_m', 'avg_hr_bpm', 'elevation_gain_m']) }} as fingerprint

    from chosen

)

select * from final
