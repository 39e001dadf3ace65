{#-
    The time at each heart rate where the recording has one for four fifths of the way, else the
    device's mean for all of it. A strap that worked for less says nothing of the whole. From the mean
    alone TRIMP reads lower: it is convex. What is known of a part of the way has no time in zones.
-#}
with

inputs as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        inputs.duration_s,
        inputs.avg_hr_bpm,
        thresholds.resting_hr_bpm,
        thresholds.max_hr_bpm,
        thresholds.lthr_bpm,
        athletes.sex

    from {{ ref('int_activity_inputs') }} as inputs
    inner join {{ ref('int_activity_thresholds') }} as thresholds
        on inputs.athlete_id = thresholds.athlete_id
        and inputs.activity_id = thresholds.activity_id
    inner join {{ ref('athletes') }} as athletes on inputs.athlete_id = athletes.athlete_id

),

samples as (

    select
        seconds.athlete_id,
        seconds.activity_id,
        seconds.bpm,
        seconds.seconds,
        inputs.duration_s

    from {{ ref('heart_rate_seconds') }} as seconds
    inner join inputs
        on seconds.athlete_id = inputs.athlete_id
        and seconds.activity_id = inputs.activity_id
    where
        seconds.seconds > 0e0
        and {{ is_heart_rate('seconds.bpm', 'inputs.resting_hr_bpm', 'inputs.max_hr_bpm') }}

),

recordings as (

    select
        athlete_id,
        activity_id,
        sum(seconds * bpm) / sum(seconds) as mean_hr_bpm,
        sum(seconds) >= 0.8e0 * min(duration_s) as is_whole

    from samples
    group by athlete_id, activity_id

),

recorded as (

    select
        samples.athlete_id,
        samples.activity_id,
        cast(samples.bpm as double) as bpm,
        samples.seconds,
        true as is_recorded,
        false as is_partly_recorded

    from samples
    inner join recordings
        on samples.athlete_id = recordings.athlete_id
        and samples.activity_id = recordings.activity_id
    where recordings.is_whole

),

-- A mean that is but that of the samples there are, as rounded, knows no more than they do.
averaged as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        inputs.avg_hr_bpm as bpm,
        inputs.duration_s as seconds,
        false as is_recorded,
        recordings.is_whole is not null as is_partly_recorded

    from inputs
    left join recordings
        on inputs.athlete_id = recordings.athlete_id
        and inputs.activity_id = recordings.activity_id
    where
        {{ is_heart_rate('inputs.avg_hr_bpm', 'inputs.resting_hr_bpm', 'inputs.max_hr_bpm') }}
        and not coalesce(recordings.is_whole, false)
        and (
            recordings.is_whole is null
            or abs(inputs.avg_hr_bpm - recordings.mean_hr_bpm) > 0.5e0
        )

),

rates as (

    select * from recorded
    union all
    select * from averaged

),

placed as (

    select
        rates.*,
        inputs.sex,
        rates.bpm / inputs.lthr_bpm as lthr_share,
        rates.bpm / inputs.max_hr_bpm as max_hr_share,
        {{ reserve_share('rates.bpm', 'inputs.resting_hr_bpm', 'inputs.max_hr_bpm') }}
            as reserve_share

    from rates
    inner join inputs
        on rates.athlete_id = inputs.athlete_id
        and rates.activity_id = inputs.activity_id

),

final as (

    select
        athlete_id,
        activity_id,
        bool_or(is_recorded) as is_recorded,
        bool_or(is_partly_recorded) as is_partly_recorded,
        sum(seconds) as hr_seconds,
        sum(seconds * bpm) / sum(seconds) as mean_hr_bpm,
        sum({{ trimp('seconds', 'reserve_share', 'sex') }}) as trimp,
        sum({{ edwards_points('max_hr_share') }} * seconds / 60e0) as edwards_trimp,
        {%- for zone in heart_rate_zones() %}
        sum(case
            when is_partly_recorded then null
            when {{ zone.condition }} then seconds
            else 0e0
        end) as z{{ zone.number }}_s,
        {%- endfor %}
        sum({{ lucia_points('lthr_share') }} * seconds / 60e0) as lucia_trimp

    from placed
    group by athlete_id, activity_id
    having sum(seconds) > 0e0

)

select * from final
