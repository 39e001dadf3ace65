{#-
    Renewed on the first of each month from the 365 days before it, so that nothing of the activity
    itself, or later, is in its thresholds. What others of the year bear out, as one bad recording
    must not set them: a percentile of a few dozen values is interpolated from the highest.
-#}
with

updates as (

    select * from {{ ref('int_feature_updates') }}

),

inputs as (

    select * from {{ ref('int_activity_inputs') }}

),

months as (

    select distinct
        inputs.athlete_id,
        cast(date_trunc('month', inputs.activity_date) as date) as month_start

    from inputs
    inner join updates
        on inputs.athlete_id = updates.athlete_id
        and inputs.activity_date >= updates.first_day

),

efforts as (

    select
        efforts.athlete_id,
        efforts.activity_id,
        max(case
            when efforts.effort_kind = 'distance' and efforts.target >= 5e3
                then {{ hour_speed('efforts.target', 'efforts.value') }}
        end) as hour_speed_mps,
        -- More than 600 W is a meter that was not calibrated.
        max(case
            when efforts.effort_kind <> 'power' or efforts.value > 600e0 then null
            when efforts.target = 1200e0 then 0.95e0 * efforts.value
            when efforts.target = 3600e0 then efforts.value
        end) as hour_power_w

    from {{ ref('best_efforts') }} as efforts
    inner join updates on efforts.athlete_id = updates.athlete_id
    group by efforts.athlete_id, efforts.activity_id

),

observed as (

    select
        inputs.athlete_id,
        inputs.activity_date,
        inputs.max_hr_bpm,
        -- Running power is measured on another scale.
        case when inputs.sport in ('ride', 'ride_indoor') then efforts.hour_power_w end
            as hour_power_w,
        -- The run as a whole counts too: a race without a recording is the best there is.
        case
            when inputs.elapsed_time_s < 900e0 then null
            when inputs.sport = 'run' and inputs.distance_m >= 4.9e3
                then greatest(
                    efforts.hour_speed_mps,
                    {{ hour_speed('inputs.distance_m', 'inputs.elapsed_time_s') }}
                )
        end as hour_speed_mps

    from inputs
    inner join updates on inputs.athlete_id = updates.athlete_id
    left join efforts
        on inputs.athlete_id = efforts.athlete_id
        and inputs.activity_id = efforts.activity_id

),

final as (

    select
        months.athlete_id,
        months.month_start,
        {{ trusted_highest('observed.max_hr_bpm', fewest=10) }} as max_hr_bpm,
        {{ trusted_highest('observed.hour_speed_mps', fewest=5) }} as threshold_speed_mps,
        {{ trusted_highest('observed.hour_power_w', fewest=5) }} as ftp_w

    from months
    inner join observed
        on months.athlete_id = observed.athlete_id
        and months.month_start > observed.activity_date
        and observed.activity_date >= {{ days_after('months.month_start', -365) }}
    group by months.athlete_id, months.month_start

)

select * from final
