{#- Numbers for the placeholders of alert texts. -#}
with

alerts as (

    select * from {{ ref('stg_alerts') }}

),

days as (

    select * from {{ ref('stg_alert_days') }}

),

look_ahead as (

    select * from {{ ref('stg_alert_look_ahead') }}

),

mutes as (

    select * from {{ ref('stg_alert_mutes') }}

),

-- The longest run of the day.
longest_runs as (

    select
        athlete_id,
        activity_date,
        name,
        row_number() over (
            partition by athlete_id, activity_date
            order by distance_m desc nulls last, activity_id asc nulls last
        ) as length_rank

    from {{ ref('activities') }}
    where sport in ('run', 'run_indoor')

),

final as (

    select
        alerts.*,
        days.ctl,
        days.atl,
        days.ramp,
        days.monotony,
        days.longest_run_m,
        days.longest_run_before_m,
        look_ahead.days_to_clear,
        case when alerts.cause in ('distance_spike', 'returning') then longest_runs.name end
            as activity_name,
        mutes.cause is not null as is_muted

    from alerts
    inner join days
        on alerts.athlete_id = days.athlete_id
        and alerts.alert_date = days.feature_date
    left join look_ahead
        on alerts.athlete_id = look_ahead.athlete_id
        and alerts.alert_date = look_ahead.alert_date
        and alerts.cause = look_ahead.cause
    left join longest_runs
        on alerts.athlete_id = longest_runs.athlete_id
        and alerts.alert_date = longest_runs.activity_date
        and longest_runs.length_rank = 1
    -- Muted periods of one cause do not overlap.
    left join mutes
        on alerts.athlete_id = mutes.athlete_id
        and alerts.cause = mutes.cause
        and alerts.alert_date >= mutes.first_day
        and alerts.alert_date <= mutes.last_day

)

select * from final  -- noqa: AM04
